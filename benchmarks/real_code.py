"""Run jaxlint over real packages: ``python benchmarks/real_code.py [PACKAGE …] [--list]``.

Downloads pinned wheels from PyPI (kept in benchmarks/.corpus), runs ``jaxlint check`` on each in a process of its own,
and prints findings per 1,000 lines, CPU time and peak memory. Each finding was read: ``benchmarks/triage/PACKAGE.toml``
has the verdicts, and a finding without one is printed. Then every file of these packages and of jax and scipy is cut
into chunks, read by LibCST and written back. Exits with 1 on an internal error, a crash, a lost byte or a finding that
nobody has judged.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
CORPUS = HERE / ".corpus"
TRIAGE = {file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted((HERE / "triage").glob("*.toml"))}
PINNED: dict[str, str] = {name: table["version"] for name, table in TRIAGE.items()}
ROUND_TRIP_ONLY = {"jax": "0.10.2", "scipy": "1.16.3"}
SORTS = ("well kept", "research", "numpy")
VERDICTS = ("true", "debatable", "false", "unread")


class Result(NamedTuple):
    """What came of one package. ``verdicts``: how many findings got which."""

    sort: str
    lines: int
    verdicts: collections.Counter[str]
    sound: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", default=list(PINNED))
    parser.add_argument("--list", action="store_true", help="print every finding")
    parser.add_argument("--no-round-trip", action="store_true")
    options = parser.parse_args()
    folders = {name: fetch(name, PINNED[name]) for name in options.packages}
    results = [check(name, folder, options.list) for name, folder in folders.items()]
    summary(results)
    sound = [result.sound and not result.verdicts["unread"] for result in results]
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


def check(name: str, folder: Path, show: bool) -> Result:
    """Lint one package; print one line, and its findings: those not judged yet, or all."""
    lines = sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        options = ["--config", str(HERE / "real_code.toml"), "--no-cache", "--jobs", "1", "--output-format", "json"]
        command = [sys.executable, "-m", "jaxlint", "check", *options, "."]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read(), err.read().decode(errors="replace")
    sort = TRIAGE[name]["sort"]
    if process.returncode not in (0, 1) or not output:
        print(f"{name:22} FAILED with exit code {process.returncode}\n{errors[-2000:]}")
        return Result(sort, lines, collections.Counter(), sound=False)
    findings = json.loads(output)
    known = {(found["place"], found["code"]): found for found in TRIAGE[name].get("finding", ())}
    judged = [(found, known.get((_place(found), found["code"]))) for found in findings]
    verdicts = collections.Counter(verdict["verdict"] if verdict else "unread" for _, verdict in judged)
    seconds = usage.ru_utime + usage.ru_stime
    counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS if verdicts[verdict])
    print(
        f"{name:22} {lines / 1000:6.1f} kLOC {len(findings):4} findings ({1000 * len(findings) / lines:.2f}/kLOC) "
        f"{seconds:6.1f} s CPU ({lines / 1000 / seconds:.1f} kLOC/s) {usage.ru_maxrss / 1024:5.0f} MB  {counts}",
        flush=True,
    )
    for found, verdict in judged:
        if show or verdict is None:
            why = f"\n        {verdict['verdict']}: {verdict['why']}" if verdict else ""
            print(f"    {_place(found)} {found['code']} {found['message']}{why}")
    return Result(sort, lines, verdicts, sound=not any(found["code"] == "JAX000" for found in findings))


def _place(found: dict[str, Any]) -> str:
    cell = f" cell {found['cell']}" if found["cell"] is not None else ""
    return f"{found['path']}{cell}:{found['range']['start']['line']}"


def summary(results: list[Result]) -> None:
    """Verdicts by sort of package, and what they come to."""
    print()
    for sort in (*SORTS, "all"):
        chosen = [result for result in results if sort in (result.sort, "all")]
        lines = sum(result.lines for result in chosen)
        verdicts = sum((result.verdicts for result in chosen), collections.Counter())
        if chosen:
            counts = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
            print(
                f"{sort:10} {len(chosen):3} packages {lines / 1000:7.1f} kLOC: {counts}; "
                f"precision {_share(verdicts, 'true', 'debatable')}, {_share(verdicts, 'true')} if the debatable ones "
                f"count as false; {verdicts['false'] * 20_000 / lines:.2f} false in 20,000 lines"
            )


def _share(verdicts: collections.Counter[str], *good: str) -> str:
    judged = sum(verdicts[verdict] for verdict in VERDICTS[:3])
    return f"{100 * sum(verdicts[verdict] for verdict in good) / judged:.1f}%" if judged else "-"


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
    print(f"{name:22} round trip of {files} files, {refused} refused, {len(lost)} lost", *lost[:3])
    return not lost


if __name__ == "__main__":
    sys.exit(main())
