"""What is offered, agreed, paid and remembered. Knows neither HTTP nor Celery.

One package for each noun, one floor for each package (see the contracts in `pyproject.toml`). Visitors use
a noun's face: `from domain import bookings`, then `bookings.accept(...)`.
"""
