"""Finding offers: by words, category, place, price and free time, in one market.

What is found is in sight, can be booked, and is near the point the world is shown; nothing here knows where
an offer truly is. A search is one statement, and the calendars are read once more where free time is asked
for.
"""

from domain.search.queries import Found, find
from domain.search.rules import FARTHEST_METRES, STANDARD_METRES, Point, Sort, Wanted

__all__ = ["FARTHEST_METRES", "STANDARD_METRES", "Found", "Point", "Sort", "Wanted", "find"]
