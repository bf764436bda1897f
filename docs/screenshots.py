"""Makes the pictures of the pages from the real tool: `python docs/screenshots.py`.

It needs `jaxlint[verify,lsp]`, tmux, Neovim 0.11, and Chromium; what is not there is said and left out. The pictures of
VS Code are made by `editors/vscode/e2e/screenshots.mjs`.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs/images"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
JAXLINT = f"{shlex.quote(sys.executable)} -m jaxlint"
PROMPT = "\x1b[32m$\x1b[0m "


def main() -> None:
    for name, make in {
        "terminal.svg": terminal,
        "tutorial.svg": tutorial,
        "neovim.svg": neovim,
        "verify.png": verify,
    }.items():
        try:
            make(IMAGES / name)
            print(name)
        except FileNotFoundError as error:
            print(f"{name} is left as it was: {error}")


def terminal(file: Path) -> None:
    seen = in_tmux(f"{JAXLINT} check --no-cache fixtures/tour", ROOT, "Found 1 error", columns=104, lines=32)
    picture(file, f"{PROMPT}jaxlint fixtures/tour\n{seen}", 104)


def tutorial(file: Path) -> None:
    folder = ROOT / "fixtures/tutorial"
    seen = in_tmux(f"{JAXLINT} check --isolated --no-cache digits.py", folder, "Found 3 errors", columns=104, lines=62)
    picture(file, f"{PROMPT}jaxlint digits.py\n{seen}", 104)


def neovim(file: Path) -> None:
    """A finding in a floating window."""
    nvim = needed("nvim")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "fixtures/tutorial/digits.py", folder)
        (folder / "jaxlint.toml").write_text("")
        (folder / "init.lua").write_text(
            f"vim.opt.runtimepath:append('{ROOT / 'editors/neovim'}')\n"
            f"vim.lsp.config('jaxlint', {{ cmd = {{ '{sys.executable}', '-m', 'jaxlint', 'server' }} }})\n"
            "vim.lsp.enable('jaxlint')\n"
            "for _, group in ipairs({ 'Normal', 'NormalFloat', 'SignColumn', 'MsgArea' }) do\n"
            "  vim.api.nvim_set_hl(0, group, { bg = 'NONE' })\nend\n"
            "vim.o.number = true\nvim.o.termguicolors = true\nvim.o.signcolumn = 'yes'\nvim.o.winborder = 'rounded'\n"
        )
        seen = in_tmux(
            f"{nvim} --clean -u init.lua digits.py",
            folder,
            "needs a concrete bool",
            columns=104,
            lines=26,
            typed=["18Gzt", "22G0fs", "C-w d"],
            then="concrete bool",
        )
    picture(file, seen, 104)


def verify(file: Path) -> None:
    """The report of the verifier, in a browser."""
    chromium = needed("chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = (ROOT / "fixtures/tutorial/digits.py").read_text("utf-8")
        for function, inputs in INPUTS.items():
            source = source.replace(f"def {function}(", f"# jaxlint: inputs({inputs})\ndef {function}(")
        (folder / "digits.py").write_text(source, "utf-8")
        command = [*shlex.split(JAXLINT), "verify", "digits.py", "--output-format", "html"]
        page = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True).stdout
        (folder / "report.html").write_text(page, "utf-8")
        browse = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1100,1000"]
        subprocess.run([chromium, *browse, f"--screenshot={file}", f"file://{folder}/report.html"], capture_output=True)


INPUTS = {
    "initial": "int, inputs=784, classes=10",
    "clipped": "f32[n,m], f32[]",
    "confusion": "i32[n], i32[n], classes=10",
    "step": "(f32[784,10], f32[10]), f32[n,784], i32[n]",
}


def in_tmux(
    command: str,
    folder: Path,
    until: str,
    *,
    columns: int,
    lines: int,
    typed: list[str] | None = None,
    then: str = "",
) -> str:
    """What a command shows in a window, with its colours, once a text is there; or after typing, another one."""
    tmux = [needed("tmux"), "-L", f"jaxlint-{os.getpid()}"]

    def call(*argv: str) -> str:
        return subprocess.run([*tmux, *argv], env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout

    def shown() -> str:
        return call("capture-pane", "-p", "-e", "-t", "w")

    size = ["-x", str(columns), "-y", str(lines)]
    call("-f", "/dev/null", "new-session", "-d", "-s", "w", *size, "-c", str(folder), f"{command}; sleep 600")
    try:
        call("set-option", "-g", "default-terminal", "tmux-256color")
        call("set-option", "-ga", "terminal-overrides", ",*:RGB")
        wait(lambda: until in plain(shown()) or bool(typed))
        for keys in typed or []:
            time.sleep(3)
            call("send-keys", "-t", "w", *keys.split())
        wait(lambda: then in plain(shown()))
        time.sleep(1)
        return shown().rstrip("\n")
    finally:
        call("kill-server")


def wait(held: Callable[[], bool]) -> None:
    for _ in range(300):
        if held():
            return
        time.sleep(0.2)
    raise TimeoutError("it does not show what was expected")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;:]*m", "", text)


def needed(program: str) -> str:
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        raise FileNotFoundError(f"{program} is not installed")
    return found


def picture(file: Path, ansi: str, columns: int) -> None:
    """A window with a text, as SVG; its font is whatever the reader has."""
    console = Console(record=True, width=columns, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi(ansi), soft_wrap=True)
    drawn = console.export_svg(title="", theme=MONOKAI, unique_id="jaxlint")
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    drawn = drawn.replace("Fira Code, monospace", "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace")
    file.write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE), "utf-8")


if __name__ == "__main__":
    main()
