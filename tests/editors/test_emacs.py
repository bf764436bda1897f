"""The configuration for Emacs and eglot, in a real one: `apt-get install emacs-nox elpa-eglot`, or Emacs 29."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.editors.test_neovim import ROOT, TEXT

EMACS = shutil.which("emacs")
# Where Debian puts packages; an Emacs without a site does not look there.
PACKAGES = """(progn (require 'package)
                    (add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
                    (package-initialize))"""
BATCH = [str(EMACS), "-Q", "--batch", "--eval", PACKAGES]


def has_eglot() -> bool:
    asked = ["--eval", "(unless (require 'eglot nil t) (kill-emacs 1))"]
    return subprocess.run([*BATCH, *asked], capture_output=True, timeout=60).returncode == 0


@pytest.mark.skipif(EMACS is None or not has_eglot(), reason="needs Emacs with eglot")
def test_eglot(tmp_path: Path) -> None:
    (tmp_path / "jaxlint.toml").write_text("")
    file = tmp_path / "model.py"
    file.write_text(TEXT, encoding="utf-8")
    script = Path(__file__).with_name("emacs.el")
    arguments = ["--", str(ROOT / "editors/emacs"), sys.executable, str(file)]
    done = subprocess.run(
        [*BATCH, "-l", str(script), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        timeout=240,
    )
    lines = re.findall(r"^(\w+): (.*)$", done.stdout, re.MULTILINE)
    said = {name: json.loads(value) for name, value in lines}
    assert "timeout" not in said and said.get("ended"), done.stdout + done.stderr
    assert [(text.split("]")[0], code) for text, code in said["found"]] == [
        ("jaxlint [JAX401", "x > 0"),
        ("jaxlint [JAX101", "y[0]"),
    ]
    assert "subscript-store (JAX101)" in said["explained"] or "traced-branch (JAX401)" in said["explained"]
    assert said["fixed"] == TEXT.replace("y[0] = 0", "y = y.at[0].set(0)")
