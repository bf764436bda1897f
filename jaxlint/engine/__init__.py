"""Runs the rules over texts and projects, applies fixes, honours suppressions and settings."""

from jaxlint.engine.diagnostic import Diagnostic, TraceStep

__all__ = ["Diagnostic", "TraceStep"]
