"""What every noun stands on: time, ids, money, refusals, facts, lifecycles, tables and transactions.

Nothing here knows a noun. Import the room you need: `from domain.foundation import clock, events`.
"""
