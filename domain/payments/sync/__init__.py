"""Bringing a payment and the provider into line, each way."""
