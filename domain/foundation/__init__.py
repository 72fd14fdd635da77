"""Shared building blocks: time, ids, money, errors, events, lifecycles, tables and transactions.

Nothing here imports a noun. Import the module you need: `from domain.foundation import clock, events`.
"""
