"""Reads over many bookings for pricing and contributions: occupancy and platform revenue."""

from domain.bookings.statistics.occupancy import OccupancyRow, list_occupancy
from domain.bookings.statistics.platform_revenue import PlatformRevenueRow, list_platform_revenue

__all__ = [
    "OccupancyRow",
    "PlatformRevenueRow",
    "list_occupancy",
    "list_platform_revenue",
]
