"""Benchmarks: one command, one set of tables, every contender in one run.

python -m benchmarks              # the whole of it
python -m benchmarks --quick      # a smoke test of 20,000 groups
python -m benchmarks --save       # … and keep the numbers in benchmarks/results.json
"""
