"""What is noted while tracing: uses of keys, captures, mutations, leaks, evidence, the host's demands."""
