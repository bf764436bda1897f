"""Whether a rewrite is worth it: what was measured (`record`), and what follows from it (`worth`)."""
