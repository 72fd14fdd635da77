"""Stripe Connect: connected accounts, their balance, transfers and payouts."""
