"""What surge refuses."""

from domain.foundation.errors import NotFound, Unacceptable


class MapUnfit(Unacceptable):
    """The part asked for is not on the globe, or has more hexagons than one answer holds."""

    slug = "map-unfit"
    title = "This map cannot be drawn"


class EmergencyImpossible(Unacceptable):
    """The emergency begins in the past, ends before it begins, or has a cap where its rule counts one."""

    slug = "emergency-impossible"
    title = "There can be no such emergency"


class EmergencyUnknown(NotFound):
    """There is no such emergency."""

    slug = "emergency-unknown"
    title = "There is no such emergency"


class SnapshotUnknown(NotFound):
    """There is no such snapshot; they are kept for ninety days."""

    slug = "snapshot-unknown"
    title = "There is no such snapshot"
