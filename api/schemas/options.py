"""Options of an offer on the wire."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import Amount, Line, Money, RequestBody, View
from api.schemas.durations import MINUTE, Duration
from domain.foundation.ids import OptionId
from domain.offers import OfferOption, OptionContent, OptionPer


class OptionDraft(RequestBody):
    """An add-on: so much money and time more, at most `most` times in one booking."""

    model_config = RequestBody.example(
        {"title": "Folding", "price_amount": 500, "per": "unit", "duration": "PT15M", "most": 2}
    )

    title: Line
    price_amount: Amount
    per: OptionPer = OptionPer.BOOKING
    duration: Duration = timedelta(0)
    most: Annotated[int, Field(strict=True)] = 1
    position: Annotated[int, Field(strict=True, description="Options are shown in this order.")] = 0

    def content(self) -> OptionContent:
        """As the domain has it."""
        return OptionContent(
            title=self.title,
            price_amount=self.price_amount,
            per=self.per,
            minutes=self.duration // MINUTE,
            most=self.most,
            position=self.position,
        )


class OptionView(View):
    """An add-on that can be chosen."""

    id: OptionId
    title: str
    price: Money
    per: OptionPer
    duration: Duration
    most: int
    position: int

    @classmethod
    def of(cls, option: OfferOption, currency: str) -> Self:
        """The view of an option of an offer in this currency."""
        return cls(
            **option.model_dump(include={"id", "title", "per", "most", "position"}),
            price=Money(amount=option.price_amount, currency=currency),
            duration=option.minutes * MINUTE,
        )
