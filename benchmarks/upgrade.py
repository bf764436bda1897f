"""Old releases of JAX libraries under the newest JAX, as they are and after `jaxlint check --select JAX9 --fix`.

    python benchmarks/upgrade.py FOLDER [PACKAGE ...]

In FOLDER it makes an environment with the newest JAX and the newest of the libraries that the old ones need, gets each
release, fixes a copy, and counts in both which modules import and which tests pass. Takes half an hour and the network.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
NEEDED = (
    "jax", "numpy", "scipy", "pytest", "absl-py", "parameterized", "dm-tree", "toolz", "chex", "optax", "flax",
    "dm-haiku", "dm-env", "tabulate", "jmp", "typing-extensions", "msgpack", "tqdm", "multipledispatch",
    "pyyaml", "fastprogress", "tensorflow-probability", "setuptools<81", "six",
)  # fmt: skip
TIMEOUT = 400
QUIETLY = ("-q", "-p", "no:cacheprovider", "--continue-on-collection-errors")


@dataclass(frozen=True)
class Package:
    """A release, the package in it, and the tests that are run: few enough to take a minute or two. ``by_hand``: a
    file, what of a line in it a person has to write otherwise, and how."""

    release: str
    name: str
    tests: tuple[str, ...] = ()
    by_hand: tuple[str, str, str] | None = None


PACKAGES = (
    Package(
        "chex==0.0.8", "chex", ("chex/_src/asserts_test.py", "chex/_src/dataclass_test.py"),
        ("chex/_src/pytypes.py", "jax.interpreters.batching.BatchTracer", "jax.core.Tracer"),
    ),
    Package("optax==0.0.9", "optax", ("optax/_src/alias_test.py", "optax/_src/transform_test.py")),
    Package("dm-haiku==0.0.4", "haiku"),
    Package("flax==0.3.4", "flax"),
    Package("distrax==0.0.2", "distrax", ("distrax/_src/distributions/normal_test.py",)),
    Package(
        "rlax==0.0.4", "rlax", ("rlax/_src/multistep_test.py", "rlax/_src/value_learning_test.py"),
        ("rlax/_src/mpo_ops.py", "jax.interpreters.pxla.multi_host_supported_collectives.add(jax.lax.pmax_p)", ""),
    ),
    Package("numpyro==0.6.0", "numpyro", ("test/test_optim.py", "test/test_flax.py")),
    Package("brax==0.0.9", "brax"),
    Package("jaxopt==0.2", "jaxopt"),
    Package("blackjax==0.3.0", "blackjax"),
)  # fmt: skip

IMPORT_EACH = """
import os, sys
import jax
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            __import__(name)
        except BaseException as error:
            message = str(error).splitlines() or [""]
            os.write(2, f"{name}: {type(error).__name__}: {message[0]}\\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(name, "ok" if status == 0 else "fails", flush=True)
"""


@dataclass(frozen=True)
class Measured:
    """What works in one copy of a package. ``errors``: why modules do not import, the most frequent reasons first."""

    imported: int
    modules: int
    passed: int
    failed: int
    errors: tuple[str, ...]


Row = tuple[Package, Measured, Measured, int, int]


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    python = environment(folder / "env")
    rows = []
    for package in PACKAGES:
        if sys.argv[2:] and package.name not in sys.argv[2:]:
            continue
        before, after = unpacked(folder, package)
        fixes, left = upgraded(after)
        row = (package, measure(python, before, package), measure(python, after, package), fixes, left)
        rows.append(row)
        print(line(*row), flush=True)
        if package.by_hand is not None:
            print(line(*by_hand(python, after, package, row)), flush=True)
        for name, measured in (("before", row[1]), ("after", row[2])):
            print(*(f"    {name}: {error}" for error in measured.errors), sep="\n", file=sys.stderr, flush=True)
    print(
        run(python, "-c", "import jax, numpy, flax; print(jax.__version__, numpy.__version__, flax.__version__)").stdout
    )
    return 0


def by_hand(python: Path, after: Path, package: Package, row: Row) -> Row:
    """The row of a package with the one line changed that no fix may change."""
    assert package.by_hand is not None
    name, old, new = package.by_hand
    file = after / name
    text = file.read_text("utf-8")
    assert old in text, name
    file.write_text(text.replace(old, new), "utf-8")
    by_hand = replace(package, release=f"{package.release}, a line by hand")
    return by_hand, row[1], measure(python, after, package), row[3], row[4]


def line(package: Package, before: Measured, after: Measured, fixes: int, left: int) -> str:
    """A row of the table in docs/upgrading.md."""
    tests = [f"{each.passed} of {each.passed + each.failed}" if package.tests else "–" for each in (before, after)]
    modules = [f"{each.imported} of {each.modules}" for each in (before, after)]
    return f"| {package.release.replace('==', ' ')} | {fixes} | {left} | {' | '.join((*modules, *tests))} |"


def environment(folder: Path) -> Path:
    """The Python of an environment with the newest JAX."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *NEEDED], check=True)
    return python


def unpacked(folder: Path, package: Package) -> tuple[Path, Path]:
    """Two copies of a release's files."""
    before, after = folder / package.name / "before", folder / package.name / "after"
    if not before.exists():
        archive = folder / package.name / "archive"
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", archive]
        if subprocess.run([*pip, "--no-binary", ":all:", package.release], check=False).returncode:
            subprocess.run([*pip, package.release], check=True)
        (file,) = archive.iterdir()
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as wheel:
                wheel.extractall(before)
        else:
            with tarfile.open(file) as sources:
                sources.extractall(archive / "all", filter="data")
            (top,) = (archive / "all").iterdir()
            top.rename(before)
    shutil.rmtree(after, ignore_errors=True)
    shutil.copytree(before, after)
    return before, after


def upgraded(folder: Path) -> tuple[int, int]:
    """Fix in place; the number of findings fixed, and of those that are left."""
    command = [sys.executable, "-m", "jaxlint", "check", "--select", "JAX9", "--fix", "--no-cache", "--isolated"]
    told = subprocess.run(
        [*command, "--target-jax", "0.10.2", "--output-format", "concise", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (folder.parent / "left.txt").write_text(told.stdout + told.stderr)
    codes = Counter(re.findall(r" (JAX90\d) ", told.stdout))  # the hints are no API that is gone
    fixed = re.search(r"(\d+) fixed|Fixed (\d+)", told.stderr)
    return int(fixed[1] or fixed[2]) if fixed else 0, sum(codes.values())


def measure(python: Path, folder: Path, package: Package) -> Measured:
    names = sorted(modules(folder, package.name))
    imports = run(python, "-c", IMPORT_EACH, *names, cwd=folder)
    reasons = Counter(re.sub(r"^[\w.]+: ", "", reason) for reason in imports.stderr.splitlines() if "Error" in reason)
    passed = failed = 0
    for test in package.tests:
        told = run(python, "-m", "pytest", *QUIETLY, test, cwd=folder).stdout
        done = counted(told, "passed")
        passed += done
        failed += counted(told, "failed") + counted(told, "error") or int(not done)
    imported = imports.stdout.count(" ok")
    return Measured(imported, len(names), passed, failed, tuple(f"{n} × {what}" for what, n in reasons.most_common(5)))


def counted(told: str, what: str) -> int:
    found = re.findall(rf"(\d+) {what}s?\b", told.strip().rpartition("\n")[2])
    return int(found[-1]) if found else 0


def modules(folder: Path, package: str) -> set[str]:
    """The modules of a package, but for tests."""
    return {
        ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
        for file in (folder / package).rglob("*.py")
        if not re.search(r"(^|/)(test_|conftest|tests?/)|_test\.py$", str(file.relative_to(folder)))
    }


def run(python: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    settings = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": str(cwd or ""),
        "PYTHONWARNINGS": "ignore",
    }
    try:
        return subprocess.run(
            [python, *arguments], cwd=cwd, env=settings, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as late:
        out = late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or ""
        return subprocess.CompletedProcess([], 124, out, "")


if __name__ == "__main__":
    sys.exit(main())
