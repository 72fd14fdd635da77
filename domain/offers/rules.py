"""What an offer may say, when it is complete, and whether it takes bookings. Pure decisions.

Units differ in how a length is chosen: an hour's or a ride's by the customer between two bounds, a lesson's
or a task's by the offer, a stay's in nights between two times of day. `_LENGTHS` is the one table that says
so.
"""

from collections.abc import Collection, Iterator, Mapping

from domain import providers
from domain.foundation import time_zones
from domain.foundation.errors import Unacceptable
from domain.foundation.money import share
from domain.offers.attributes import wrong_attributes
from domain.offers.content import Content, OptionContent, Wrong
from domain.offers.errors import ContentUnfit, OfferIncomplete
from domain.offers.kinds import Claim, OfferState, Place, Unbookable, Unit
from domain.offers.lifecycle import CAPABILITIES, Capability
from domain.offers.models import Category
from domain.offers.term_sheet import Terms

MINUTES_PER_HOUR = 60
MINUTES_PER_NIGHT = (
    24 * 60
)  # the name of a night in bounds of length; how long one lasts is the clock's to say
LONGEST_MINUTES = 366 * MINUTES_PER_NIGHT  # a year; what lasts longer is a tenancy, with laws of its own
MOST_OPTIONS = 50  # more than anybody reads; every quote carries them all

_CHOSEN = ("minimum_minutes", "maximum_minutes")
_FIXED = ("duration_minutes",)
_CLOCK = ("check_in_at", "check_out_at")
_LENGTHS: Mapping[Unit, tuple[str, ...]] = {
    Unit.HOUR: _CHOSEN,
    Unit.KILOMETRE: _CHOSEN,
    Unit.SESSION: _FIXED,
    Unit.TASK: _FIXED,
    Unit.NIGHT: (*_CHOSEN, *_CLOCK),
}
_UNITLESS: Mapping[str, str] = {
    "duration_minutes": "duration",
    "minimum_minutes": "minimum_duration",
    "maximum_minutes": "maximum_duration",
    "buffer_before_minutes": "buffer_before",
    "buffer_after_minutes": "buffer_after",
    "notice_minutes": "notice",
    "horizon_days": "horizon",
    "minutes": "duration",
}
_PLACE = ("latitude", "longitude")
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "price_amount": (0, 10**12),  # times a season of minutes and a thousand seats it still fits 64 bits
    "duration_minutes": (1, LONGEST_MINUTES),
    "minimum_minutes": (1, LONGEST_MINUTES),
    "maximum_minutes": (1, LONGEST_MINUTES),
    "buffer_before_minutes": (0, MINUTES_PER_NIGHT),
    "buffer_after_minutes": (0, MINUTES_PER_NIGHT),
    "notice_minutes": (0, LONGEST_MINUTES),
    "horizon_days": (1, 730),
    "seats": (1, 1_000),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
}
_OPTION_BOUNDS: Mapping[str, tuple[float, float]] = {
    "price_amount": (0, 10**12),
    "minutes": (0, MINUTES_PER_NIGHT),
    "most": (1, 100),
    "position": (0, 10_000),
}


def allows(state: OfferState, capability: Capability) -> bool:
    """Whether an offer in this state allows it."""
    return capability in CAPABILITIES[state]


def bookable(terms: Terms) -> list[Unbookable]:
    """Why the offer takes no bookings now; nothing when it does. Which times are free is another question."""
    reasons = {
        Unbookable.NOT_PUBLISHED: not allows(terms.state, Capability.BE_BOOKED),
        Unbookable.HIDDEN: terms.hidden_at is not None,
        Unbookable.PROVIDER_NOT_TAKING_BOOKINGS: not providers.state_allows(
            terms.profile_state,
            providers.ProviderCapability.TAKE_BOOKINGS,
            user_suspended_at=terms.provider_suspended_at,
        ),
    }
    return [reason for reason, applies in reasons.items() if applies]


def check_content(content: Content, category: Category, cancellation_policies: Collection[str]) -> None:
    """Refuse with `ContentUnfit` what is wrong, complete or not; every wrong field is named at once."""
    if wrong := [*_unfit(content, category, cancellation_policies)]:
        raise refusal(ContentUnfit, wrong)


def check_complete(content: Content, category: Category) -> None:
    """Refuse with `OfferIncomplete` what people could not book yet: no length, or nowhere to go."""
    needed = _LENGTHS[category.unit] + (() if category.place is Place.REMOTE else _PLACE)
    if wrong := [Wrong(name, "is still open") for name in needed if getattr(content, name) is None]:
        raise refusal(OfferIncomplete, wrong)


def check_option(content: OptionContent) -> None:
    """Refuse with `ContentUnfit` an option that could not be added to anything."""
    if wrong := [*_out_of_bounds(content, _OPTION_BOUNDS)]:
        raise refusal(ContentUnfit, wrong)


def from_amount(price_amount: int, unit: Unit, minimum_minutes: int | None) -> int:
    """The least the service can cost: the price of the shortest booking, in minor units, before fees."""
    if unit is Unit.HOUR:
        return share(price_amount, minimum_minutes or MINUTES_PER_HOUR, MINUTES_PER_HOUR)
    if unit is Unit.NIGHT:
        return price_amount * (minimum_minutes or MINUTES_PER_NIGHT) // MINUTES_PER_NIGHT
    return price_amount


def _unfit(content: Content, category: Category, cancellation_policies: Collection[str]) -> Iterator[Wrong]:
    yield from _out_of_bounds(content, _BOUNDS)
    yield from _wrong_length(content, category)
    if content.lowest_price_amount is not None and not (
        0 <= content.lowest_price_amount <= content.price_amount
    ):
        yield Wrong("lowest_price_amount", "lies between nothing and the price")
    if (content.latitude is None) != (content.longitude is None):
        yield Wrong("longitude", "comes with the latitude, or not at all")
    if category.claim is Claim.EXCLUSIVE and content.seats != 1:
        yield Wrong("seats", "is one where a booking takes the whole time")
    if content.cancellation_policy not in cancellation_policies:
        yield Wrong("cancellation_policy", f"is one of {', '.join(sorted(cancellation_policies))}")
    if content.time_zone is not None and content.time_zone not in time_zones.time_zone_names():
        yield Wrong("time_zone", "is neither UTC nor a place such as Europe/Helsinki")
    yield from wrong_attributes(category.attributes_schema, content.attributes)


def _out_of_bounds(
    content: Content | OptionContent, bounds: Mapping[str, tuple[float, float]]
) -> Iterator[Wrong]:
    for name, (least, most) in bounds.items():
        value = getattr(content, name)
        if value is not None and not least <= value <= most:
            yield Wrong(name, f"lies between {least} and {most}{_counted_in(name)}")


def _counted_in(name: str) -> str:
    return next((f" {unit}" for unit in ("minutes", "days") if name.endswith(unit)), "")


def _wrong_length(content: Content, category: Category) -> Iterator[Wrong]:
    fitting = _LENGTHS[category.unit]
    for name in (*_FIXED, *_CHOSEN, *_CLOCK):
        if name not in fitting and getattr(content, name) is not None:
            yield Wrong(name, f"is not said for what is priced by the {category.unit}")
    step = MINUTES_PER_NIGHT if category.unit is Unit.NIGHT else category.granularity_minutes
    for name in _CHOSEN:
        if name in fitting and (getattr(content, name) or 0) % step:
            yield Wrong(name, f"is a multiple of {step} minutes")
    if (
        content.minimum_minutes
        and content.maximum_minutes
        and content.maximum_minutes < content.minimum_minutes
    ):
        yield Wrong("maximum_minutes", "is not below the minimum")
    if (content.check_in_at is None) != (content.check_out_at is None):
        yield Wrong("check_out_at", "comes with the check-in, or not at all")


def refusal(kind: type[Unacceptable], wrong: list[Wrong]) -> Unacceptable:
    """A refusal with the first field in its sentence, and all of them beside it.

    Lengths are named without their unit, as people outside say them: a `duration`, however it is counted.
    """
    told = [Wrong(_UNITLESS.get(field) or field, reason) for field, reason in wrong]
    errors = [error._asdict() for error in told]
    return kind(f"{told[0].field} {told[0].reason}.", field=told[0].field, errors=errors)
