"""Benchmarks, each beside its baseline in the same run. Never timed tests: machines are noisy, ratios are not."""
