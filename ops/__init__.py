"""The command line and what a machine needs around the product.

This floor sits on top: it knows the doors below it and nobody knows it. Everything a child process learns
from here it learns by environment variables, so a container and `talkoo up` start the same programs.
"""
