"""Benchmarks: each scenario runs in its own process and reports CPU seconds and peak memory; results are ratios within one run.

``python -m evals.bench`` runs all, ``python -m evals.bench accounting`` one."""
