"""Rewrites: pure functions from facts and nodes to new text, or to the reason why not."""
