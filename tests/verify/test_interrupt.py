"""A verification that is cut off leaves no process and no folder behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import signal, sys
from pathlib import Path
from jaxlint.verify import run
signal.signal(signal.SIGINT, signal.default_int_handler)
run(*map(Path, sys.argv[1:3]), inputs=Path(sys.argv[3]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind(tmp_path: Path, number: signal.Signals) -> None:
    started = tmp_path / "started"
    before, after, inputs = tmp_path / "before.py", tmp_path / "after.py", tmp_path / "inputs.py"
    before.write_text(
        f"import os, time\ndef f(x):\n    open({str(started)!r}, 'w').write(str(os.getpid()))\n    time.sleep(100)\n"
    )
    after.write_text("def f(x):\n    return x\n")
    inputs.write_text("cases = {'f': [(1.0,)]}\n")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary)}
    arguments = [sys.executable, "-c", PROGRAM, before, after, inputs]
    with subprocess.Popen(arguments, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        assert _soon(lambda: started.exists() and started.read_text()), "the original never ran"
        process.send_signal(number)
        assert process.wait(30) != 0
    assert _soon(lambda: not _alive(int(started.read_text())))
    assert _soon(lambda: not list(temporary.iterdir()))


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text() if Path("/proc/self").exists() else True


def _soon(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
