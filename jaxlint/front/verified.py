"""``check --verify``: what needs the code to be run. The verifier is imported, and JAX looked for, only here."""

import importlib.util
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxlint.engine.cache import Found
from jaxlint.engine.fix import FixOutcome
from jaxlint.engine.options import ConfigError
from jaxlint.source import SourceText

if TYPE_CHECKING:
    from jaxlint.verify.proof import Fixing


def proved(sources: Sequence[SourceText], fixing: "Fixing") -> FixOutcome:
    """The fixes that the verifier proves. Raises ConfigError without JAX."""
    need_jax()
    from jaxlint.verify import VARIATIONS
    from jaxlint.verify.proof import prove_fixes
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import Ways

    print("Running the code of the files, to prove the fixes.", file=sys.stderr, flush=True)
    with progress() as hear:
        return prove_fixes(sources, fixing, Ways(guess=True, vary=VARIATIONS), hear).outcome


def confirmed(sources: Sequence[SourceText], found: Found) -> Found:
    """The findings, those that running the code bears out marked so. Raises ConfigError without JAX."""
    need_jax()
    from jaxlint.verify.confirm import confirm
    from jaxlint.verify.reports.terminal import progress
    from jaxlint.verify.side_by_side import Ways

    if not any(found.values()):
        return found
    print("Running the code of the files, to confirm the findings.", file=sys.stderr, flush=True)
    with progress() as hear:
        return confirm(sources, found, Ways(guess=True), hear)


def need_jax() -> None:
    """Raises ConfigError where JAX is missing."""
    if importlib.util.find_spec("jax") is None:
        raise ConfigError("--verify runs the code, which needs JAX: pip install 'jaxlint[verify]'")
