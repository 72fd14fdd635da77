"""What every refusal looks like, with all that one or another of them says beside."""

from typing import Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from api.schemas.common import Amount, Currency, Instant, Money, View
from domain.foundation.ids import BookingTaskId, ProposalId, QuoteId, TaskId
from domain.identity import Rule as PermissionRule


def _perhaps(description: str) -> Any:  # noqa: ANN401 -- as Pydantic's own Field
    """A field that only some refusals have: left out where there is nothing to say, hardly ever null."""
    return Field(default=None, description=description)


class WrongField(View):
    """A part of the request that has not the declared shape."""

    field: str = Field(description="A path into the request.", examples=["options.0.quantity"])
    reason: str


class FreshQuote(View):
    """The quote that replaces one whose time is over."""

    id: QuoteId
    pay_in: Money
    expires_at: Instant


class Problem(View):
    """A refusal, as RFC 9457 has it. Tell refusals apart by `type`, and unknown ones by `status`.

    Beside the first five stands only what the refusal has to say. New refusals may come, and new fields.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra=None)

    type: str = Field(
        description="Stable, and the address of a page that explains it.", examples=["/problems/slot-taken"]
    )
    title: str = Field(description="The same words for every refusal of this type.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence for the person, about this very case.")
    instance: str = Field(description="The request's id, to name when asking for help.")

    field: str | SkipJsonSchema[None] = _perhaps("What was wrong, as a path into the request.")
    errors: list[WrongField] | SkipJsonSchema[None] = _perhaps("All that was wrong with the request's shape.")
    retry_after: int | SkipJsonSchema[None] = _perhaps("Seconds to wait before asking again.")
    permission: str | SkipJsonSchema[None] = _perhaps("The permission that is missing.")
    rule: PermissionRule | SkipJsonSchema[None] = _perhaps("Whom the permission is for.")
    capability: str | SkipJsonSchema[None] = _perhaps("What the provider profile may not do in its state.")
    state: str | SkipJsonSchema[None] = _perhaps("The state the thing is in.")
    allowed: list[str] | SkipJsonSchema[None] = _perhaps(
        "The steps your side may take from this state, some of them only at their time."
    )
    version: int | SkipJsonSchema[None] = _perhaps("The newest version, for If-Match.")
    reasons: list[str] | SkipJsonSchema[None] = _perhaps("Why not, each a code.")
    possible_from: Instant | None = _perhaps("When it can be done; null if nobody knows.")
    possible_until: Instant | SkipJsonSchema[None] = _perhaps("Until when it could be done.")
    possible_again_at: Instant | None = _perhaps("When as much can be claimed again; null if never.")
    quote: FreshQuote | SkipJsonSchema[None] = _perhaps("Today's quote for the same thing.")
    proposal_id: ProposalId | SkipJsonSchema[None] = _perhaps("The proposal to answer first.")
    task_ids: list[BookingTaskId] | SkipJsonSchema[None] = _perhaps("The booking's tasks to decide first.")
    tasks: list[TaskId] | SkipJsonSchema[None] = _perhaps("The offer's tasks that save too much together.")
    seats_left: int | SkipJsonSchema[None] = _perhaps("How many seats are left.")
    shortest_minutes: int | SkipJsonSchema[None] = _perhaps("The shortest length there is.")
    longest_minutes: int | SkipJsonSchema[None] = _perhaps("The longest length there is.")
    most: int | SkipJsonSchema[None] = _perhaps("The most there can be.")
    most_units_milli: int | SkipJsonSchema[None] = _perhaps("Thousandths of units that can be claimed.")
    missing: dict[str, int] | SkipJsonSchema[None] = _perhaps("Parts of the evidence, and how many it takes.")
    known: list[str] | SkipJsonSchema[None] = _perhaps("All that can be rated here.")
    code: str | None = _perhaps("The payment provider's own word for it.")
    currency: Currency | SkipJsonSchema[None] = _perhaps("Of the amount beside it.")
    amount: Amount | SkipJsonSchema[None] = _perhaps("The amount that no card can pay, in minor units.")
    least_amount: Amount | SkipJsonSchema[None] = _perhaps("The least that a card pays, in minor units.")
    most_amount: Amount | SkipJsonSchema[None] = _perhaps("The most that a card pays, in minor units.")
    step_amount: Amount | SkipJsonSchema[None] = _perhaps("Card payments are multiples of this.")
    changeable_by: list[str] | SkipJsonSchema[None] = _perhaps("Who can change the amount.")
    difference_amount: Amount | SkipJsonSchema[None] = _perhaps("What would have to be paid on top.")
    held_amount: Amount | SkipJsonSchema[None] = _perhaps("What is held still, in minor units.")
    keepable_amount: Amount | SkipJsonSchema[None] = _perhaps("The most that can be kept, in minor units.")
    refundable_amount: Amount | SkipJsonSchema[None] = _perhaps("The most to give back, in minor units.")
