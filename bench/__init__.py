"""Benchmarks, each beside its baseline in the same run. No timed tests: machines are noisy, ratios are not.

A page measures one thing: `python -m bench http` what a request costs. It loads a market of its own into an
embedded PostgreSQL of its own, starts the real servers, asks them from a process of its own, and stops all it
started. Without a page named, all of them run one after the other.
"""
