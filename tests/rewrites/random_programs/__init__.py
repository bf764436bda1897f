"""Random programs with loops and branches, rewritten and run against the original.

python -m tests.rewrites.random_programs --count 5000 --jobs 2
python -m tests.rewrites.random_programs --show 17 --shrink
"""
