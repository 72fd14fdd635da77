"""Community pots on the wire."""

from typing import Self

from api.schemas.common import Instant, Line, RequestBody, View
from api.schemas.credits import Credits, PositiveCredits
from domain.credits import PotGift, VisiblePot
from domain.foundation.ids import MarketId, PotGiftId, PotId, UserId


class PotRequest(RequestBody):
    """A pot for another person, or without one for a purpose, which operators alone open."""

    model_config = RequestBody.example(
        {
            "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e",
            "beneficiary_id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e",
            "title": "For Ben, while his leg heals",
        }
    )

    market_id: MarketId
    beneficiary_id: UserId | None = None
    title: Line


class PotView(View):
    """A pot. What a person's pot holds is shown to that person and to operators; null to others."""

    id: PotId
    market_id: MarketId
    beneficiary_id: UserId | None
    title: str
    credits: Credits | None
    opened_at: Instant
    closed_at: Instant | None

    @classmethod
    def of(cls, seen: VisiblePot) -> Self:
        """A pot as whoever asks may see it."""
        row = {name: getattr(seen.pot, name) for name in cls.model_fields if name != "credits"}
        return cls(**row, credits=seen.credits)


class PotGiftRequest(RequestBody):
    """How many of your credits to give. Given is given."""

    model_config = RequestBody.example({"credits": 2500})

    credits: PositiveCredits


class PotGiftView(View):
    """What you gave into a pot."""

    id: PotGiftId
    pot_id: PotId
    credits: Credits
    given_at: Instant

    @classmethod
    def of(cls, gift: PotGift) -> Self:
        """The gift, for its giver."""
        return cls.model_validate(gift)


class PotRecipientRequest(RequestBody):
    """Whose service fees the pot shall pay."""

    model_config = RequestBody.example({"user_id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e"})

    user_id: UserId
