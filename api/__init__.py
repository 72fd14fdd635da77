"""HTTP: parse, ask the domain once, answer.

One file of routes and one of wire shapes for each noun. A route is a signature, a docstring and one call;
`api/transaction.py` gives it its session and caller, keeps its retries from repeating, and answers after
the commit.
"""
