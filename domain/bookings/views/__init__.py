"""Reads of one booking as one party sees it: details, exact place, timeline."""
