"""Settings from the environment, and what production requires of them."""
