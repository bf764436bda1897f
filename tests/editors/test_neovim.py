"""The configuration for Neovim, in a real one. `pip install jaxlint[dev]` brings one along, on Linux."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMILE = "\U0001f600"
TEXT = f"""import jax
import jax.numpy as jnp


@jax.jit
def relu(x):
    "{SMILE}"; y = 1 if x > 0 else 0
    return y


def cleared(x: jax.Array):
    y = jnp.asarray(x)
    y[0] = 0
    return y
"""


def neovim() -> str | None:
    """A Neovim that has ``vim.lsp.config``: 0.11 or newer."""
    found = shutil.which("nvim", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=60).stdout
    version = re.match(r"NVIM v(\d+)\.(\d+)", said)
    return found if version and (int(version[1]), int(version[2])) >= (0, 11) else None


NVIM = neovim()


@pytest.mark.skipif(NVIM is None, reason="needs Neovim 0.11 or newer")
def test_neovim(tmp_path: Path) -> None:
    (tmp_path / "jaxlint.toml").write_text("")
    file = tmp_path / "model.py"
    file.write_text(TEXT, encoding="utf-8")
    script = [str(Path(__file__).with_name("neovim.lua")), str(ROOT / "editors/neovim"), sys.executable, str(file)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        [str(NVIM), "--clean", "--headless", "-l", *script],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=240,
    )
    lines = re.findall(r"^([\w ]+): (.*)$", done.stdout, re.MULTILINE)
    said = {name: json.loads(value) for name, value in lines}
    assert "timeout" not in said and said.get("ended"), done.stdout + done.stderr
    assert said["encoding"] == "utf-8"
    line = TEXT.splitlines()[6].encode()
    start = line.index(b"x > 0")
    assert said["found"] == [["JAX401", 6, start, start + len("x > 0")], ["JAX101", 12, 4, 8]]
    assert "traced-branch (JAX401)" in said["hover"]
    assert "`relu` is traced by `jax.jit`" in said["explained"]
    assert said["fixed"] == TEXT.replace("1 if x > 0 else 0", "jnp.where(x > 0, 1, 0)")
    assert said["all fixed"] == said["fixed"].replace("y[0] = 0", "y = y.at[0].set(0)")
