"""The static tracer itself: follows statements, expressions, calls and transforms."""
