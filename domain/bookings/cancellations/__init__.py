"""How a booking ends: the refund rules, final amounts, and the commands that cancel it."""
