"""What search refuses."""

from domain.foundation.errors import Unacceptable


class SearchUnfit(Unacceptable):
    """What was asked for cannot be looked for: half a stretch of time, a radius around nothing."""

    slug = "search-unfit"
    title = "This cannot be searched for"
