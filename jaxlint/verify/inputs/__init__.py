"""What a function's source says about its arguments. Reads texts; runs nothing and needs no JAX."""
