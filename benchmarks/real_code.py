"""Run jaxlint over real JAX libraries: ``python benchmarks/real_code.py [PACKAGE …] [--list]``.

Downloads pinned wheels from PyPI (kept in benchmarks/.corpus), runs ``jaxlint check`` on each in a process of its own,
and prints findings per 1,000 lines, CPU time and peak memory. Then every file of these packages and of jax and scipy is
cut into chunks, read by LibCST and written back. Exits with 1 on an internal error, a crash or a lost byte.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PINNED = {
    "optax": "0.2.8", "flax": "0.12.8", "equinox": "0.13.8", "numpyro": "0.22.0", "distrax": "0.1.9", "brax": "0.14.2",
    "blackjax": "1.7.1", "diffrax": "0.7.2", "dm-haiku": "0.0.17", "chex": "0.1.92",
}  # fmt: skip
ROUND_TRIP_ONLY = {"jax": "0.10.2", "scipy": "1.16.3"}
CORPUS = Path(__file__).parent / ".corpus"
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", default=list(PINNED))
    parser.add_argument("--list", action="store_true", help="print every finding")
    parser.add_argument("--no-round-trip", action="store_true")
    options = parser.parse_args()
    folders = {name: fetch(name, PINNED[name]) for name in options.packages}
    sound = [check(name, folder, options.list) for name, folder in folders.items()]
    if not options.no_round_trip:
        extra = {name: fetch(name, version) for name, version in ROUND_TRIP_ONLY.items()}
        sound += [round_trip(name, folder) for name, folder in {**folders, **extra}.items()]
    return 0 if all(sound) else 1


def fetch(name: str, version: str) -> Path:
    """The unpacked wheel of a package."""
    folder = CORPUS / f"{name}-{version}"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as scratch:
            command = ["download", "-q", "--no-deps", "--only-binary=:all:", "-d", scratch, f"{name}=={version}"]
            subprocess.run([sys.executable, "-m", "pip", *command], check=True)
            (wheel,) = Path(scratch).glob("*.whl")
            zipfile.ZipFile(wheel).extractall(folder)
    return folder


def check(name: str, folder: Path, show: bool) -> bool:
    """Lint one package; print one line, and its findings if wanted. False on an internal error."""
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        options = ["--config", str(ROOT / "benchmarks/real_code.toml"), "--no-cache", "--output-format", "json"]
        command = [sys.executable, "-m", "jaxlint", "check", *options, "."]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read(), err.read().decode(errors="replace")
    if process.returncode not in (0, 1) or not output:
        print(f"{name:10} FAILED with exit code {process.returncode}\n{errors[-2000:]}")
        return False
    findings = json.loads(output)
    codes = collections.Counter(found["code"] for found in findings)
    seconds = usage.ru_utime + usage.ru_stime
    print(
        f"{name:10} {lines / 1000:6.1f} kLOC  {len(findings):4} findings ({1000 * len(findings) / lines:.2f}/kLOC)  "
        f"{seconds:6.1f} s CPU ({lines / 1000 / seconds:.1f} kLOC/s)  {usage.ru_maxrss / 1024:5.0f} MB  {dict(codes)}",
        flush=True,
    )
    for found in findings if show else ():
        start = found["range"]["start"]
        print(f"    {found['path']}:{start['line']}:{start['column']}: {found['code']} {found['message']}")
    return codes["JAX000"] == 0


def round_trip(name: str, folder: Path) -> bool:
    """Read and write back every file; False if a byte is lost without being reported."""
    from jaxlint.source import SourceError, parse_module, read

    files = refused = 0
    lost = []
    for path in sorted(folder.rglob("*.py")):
        files += 1
        try:
            source = read(path)
            module = parse_module(source)
            written = {chunk.start: chunk.tree.code for chunk in module.chunks}
        except SourceError:
            refused += 1
            continue
        for chunk in module.chunks:
            if written[chunk.start] != chunk.text:
                lost.append(path)
        if source.encode(source.text) != path.read_bytes():
            lost.append(path)
    print(f"{name:10} round trip of {files} files, {refused} refused, {len(lost)} lost", *lost[:3])
    return not lost


if __name__ == "__main__":
    sys.exit(main())
