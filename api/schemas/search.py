"""A search and what it finds, on the wire."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.schemas.common import AfterCursor, Instant, Limit, Money, RequestBody, View
from api.schemas.markets import Slug
from domain.foundation.ids import OfferId, ProviderProfileId
from domain.foundation.paging import DEFAULT_LIMIT
from domain.foundation.spans import Span
from domain.offers import Unit
from domain.search import FARTHEST_METRES, STANDARD_METRES, Found, Point, Sort, Wanted
from domain.search.errors import SearchUnfit

_NUMBER = r"-?\d{1,3}(\.\d{1,12})?"
Price = Annotated[int, Field(ge=0, le=10**15)]


class SearchQuery(RequestBody):
    """What to look for in a market. What is left out narrows nothing; what is misspelt is refused."""

    market: Slug
    words: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None, description="Each begins some word of the title or the description."
    )
    category: Slug | None = None
    near: Annotated[str, StringConstraints(pattern=f"^{_NUMBER},{_NUMBER}$")] | None = Field(
        default=None, description="Latitude and longitude; the nearest come first.", examples=["60.18,24.95"]
    )
    within: Annotated[int, Field(ge=1, le=FARTHEST_METRES)] = Field(
        default=STANDARD_METRES, description="Metres around `near`."
    )
    price_from: Price | None = Field(default=None, description="Of the shortest booking, in minor units.")
    price_to: Price | None = Field(default=None, description="Of the shortest booking, in minor units.")
    free_from: Instant | None = Field(
        default=None, description="With `free_to`: what can be had at some time between, a stay throughout."
    )
    free_to: Instant | None = None
    sort: Sort = Field(
        default=Sort.STANDARD,
        description="The standard is the nearest first, or the newest; or by the provider's reputation.",
    )
    after: AfterCursor = None
    limit: Limit = DEFAULT_LIMIT

    def wanted(self) -> Wanted:
        """As the domain has it; raises `SearchUnfit` for what only makes sense together."""
        return Wanted(
            market=self.market,
            words=self.words,
            category=self.category,
            near=self._point(),
            within_metres=self.within,
            price_from=self.price_from,
            price_to=self.price_to,
            during=self._during(),
            sort=self.sort,
        )

    def _point(self) -> Point | None:
        if self.near is None:
            return None
        latitude, longitude = (float(part) for part in self.near.split(","))
        if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 -- the globe
            raise SearchUnfit("This is not on the globe; latitude comes first.", field="near")
        return Point(latitude, longitude)

    def _during(self) -> Span | None:
        if self.free_from is None and self.free_to is None:
            return None
        if self.free_from is None or self.free_to is None or self.free_from >= self.free_to:
            raise SearchUnfit("Give free_from and a later free_to, or neither.", field="free_to")
        return Span(self.free_from, self.free_to)


class RankingView(View):
    """Why it comes where it does: `score` is the sum of the four others (`GET /reviews/methodology`)."""

    score: float
    believed: float = Field(description="What is thought likely of the next review, 0 to 1.")
    doubt: float = Field(description="Less for what few reviews leave open.")
    effort: float = Field(description="More for who leaves few customers silent.")
    exploration: float = Field(
        description="Room for newcomers: others for everybody who searches, the same all day."
    )


class FoundView(View):
    """An offer that was found. The point is the one shown to the world, and the distance leads there."""

    id: OfferId
    title: str
    category: str
    unit: Unit
    profile_id: ProviderProfileId
    provider_name: str
    price: Money = Field(description="For one unit.")
    from_price: Money = Field(description="What the shortest booking costs, before fees.")
    shown_latitude: float | None
    shown_longitude: float | None
    distance: int | None = Field(description="Metres from `near`; null where no place was named.")
    books_instantly: bool
    published_at: Instant
    ranking: RankingView | None = Field(
        default=None, description="Where reputation sorts; null while nothing is known of a provider."
    )

    @classmethod
    def of(cls, found: Found) -> Self:
        """The view of an offer that was found."""
        return cls(
            id=found.offer_id,
            title=found.title,
            category=found.category,
            unit=Unit(found.unit),
            profile_id=found.profile_id,
            provider_name=found.provider_name,
            price=Money(amount=found.price_amount, currency=found.currency),
            from_price=Money(amount=found.from_amount, currency=found.currency),
            shown_latitude=found.latitude,
            shown_longitude=found.longitude,
            distance=found.distance_metres,
            books_instantly=found.books_instantly,
            published_at=found.published_at,
            ranking=None if found.ranking is None else RankingView.model_validate(found.ranking),
        )
