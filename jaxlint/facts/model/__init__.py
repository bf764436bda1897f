"""What the static tracer knows: values, proofs, states, frames, events; functions and classes as they are written."""
