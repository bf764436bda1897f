"""Writing: all or nothing, permissions and links kept, a file that changed meanwhile is left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jaxlint.engine.write import Change, WriteError, write


def test_writes_through_links_and_keeps_the_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "a.py", tmp_path / "link.py"
    file.write_bytes(b"old")
    file.chmod(0o750)
    link.symlink_to(file)
    write([Change(link, b"old", b"new")])
    assert file.read_bytes() == b"new"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o750
    assert sorted(os.listdir(tmp_path)) == ["a.py", "link.py"]


def test_a_file_that_changed_is_left_and_so_are_its_companions(tmp_path: Path) -> None:
    one, two = tmp_path / "a.py", tmp_path / "b.py"
    one.write_bytes(b"old")
    two.write_bytes(b"edited meanwhile")
    with pytest.raises(WriteError, match="changed on disk"):
        write([Change(one, b"old", b"new"), Change(two, b"old", b"new")])
    assert (one.read_bytes(), two.read_bytes()) == (b"old", b"edited meanwhile")
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]


def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o444)
    with pytest.raises(WriteError, match="read-only"):
        write([Change(file, b"old", b"new")])
    assert file.read_bytes() == b"old"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written"):
        write([Change(tmp_path / "a.py", b"old", b"new")])


def test_nothing_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    """At whatever moment a writer is killed, the file holds one of its two texts, whole."""
    file = tmp_path / "a.py"
    one, two = b"1" * 3_000_000, b"2" * 3_000_000
    file.write_bytes(one)
    program = (
        "import sys; from pathlib import Path; from jaxlint.engine.write import Change, write\n"
        f"path, one, two = Path({str(file)!r}), b'1' * 3_000_000, b'2' * 3_000_000\n"
        "print('go', flush=True)\n"
        "while True:\n    write([Change(path, one, two)]); write([Change(path, two, one)])\n"
    )
    for delay in (0.01, 0.02, 0.035, 0.05):
        writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert writer.stdout
        writer.stdout.readline()
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert file.read_bytes() in (one, two)
        file.write_bytes(one)
