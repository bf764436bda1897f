"""``check --verify``: what needs the code to be run. The verifier is imported, and JAX looked for, only here."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jaxlint.engine.cache import Found
from jaxlint.engine.fix import FixOutcome
from jaxlint.engine.options import ConfigError
from jaxlint.source import SourceText

if TYPE_CHECKING:
    from jaxlint.verify.proof import Fixing


def proved(sources: Sequence[SourceText], fixing: "Fixing", inputs: Path | None = None) -> FixOutcome:
    """The fixes that the verifier proves, with inputs of a file if any. Raises ConfigError, without JAX too."""
    need_jax()
    from jaxlint.verify import VARIATIONS
    from jaxlint.verify.proof import prove_fixes
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import Ways

    print("Running the code of the files, to prove the fixes.", file=sys.stderr, flush=True)
    with _usable_inputs(inputs), progress() as hear:
        return prove_fixes(sources, fixing, Ways(guess=True, vary=VARIATIONS), hear, inputs).outcome


def confirmed(sources: Sequence[SourceText], found: Found, inputs: Path | None = None) -> Found:
    """The findings, those that running the code bears out marked so. Raises ConfigError, without JAX too."""
    need_jax()
    from jaxlint.verify.confirm import confirm
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import Ways

    if not any(found.values()):
        return found
    print("Running the code of the files, to confirm the findings.", file=sys.stderr, flush=True)
    with _usable_inputs(inputs), progress() as hear:
        return confirm(sources, found, Ways(guess=True), hear, inputs)


@contextlib.contextmanager
def _usable_inputs(file: Path | None) -> Iterator[None]:
    from jaxlint.verify.side_by_side import InputsError

    if file is not None and not file.is_file():
        raise ConfigError(f"{file}: no such file")
    try:
        yield
    except InputsError as error:
        raise ConfigError(str(error)) from None


def need_jax() -> None:
    """Raises ConfigError where JAX is missing."""
    from jaxlint.verify import INSTALL, is_installed

    if not is_installed():
        raise ConfigError(f"--verify runs the code, which needs JAX: {INSTALL}")
