"""Rewrites: pure functions from ``(ctx, node)`` to a `Fix`, or a `Decline` that says why not."""
