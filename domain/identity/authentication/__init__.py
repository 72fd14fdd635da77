"""Passwords, sessions and their tokens, and known devices."""
