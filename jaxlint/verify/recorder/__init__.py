"""Runs inside a user's own program, and writes down with what its functions are called. Standard library only."""
