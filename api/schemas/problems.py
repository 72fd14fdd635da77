"""What every refusal looks like, with all that one or another of them says beside."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from api.schemas.common import Amount, Currency, Instant, Money, View, named_enum
from domain.foundation.ids import BookingTaskId, ProposalId, QuoteId, TaskId
from domain.identity import PermissionRule


def _optional(description: str) -> Any:  # noqa: ANN401 -- as Pydantic's own Field
    """A field that only some refusals have: left out where there is nothing to say, hardly ever null."""
    return Field(default=None, description=description)


class FieldErrorView(View):
    """A part of the request that has not the declared shape."""

    field: str = Field(description="A path into the request.", examples=["options.0.quantity"])
    reason: str


class ReplacementQuoteView(View):
    """The quote that replaces one whose time is over."""

    id: QuoteId
    pay_in: Money
    expires_at: Instant


class Problem(View):
    """A refusal, as RFC 9457 has it. Tell refusals apart by `type`, and unknown ones by `status`.

    Beside the first five stands only what the refusal has to say. New refusals may come, and new fields.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra=None)

    type: Annotated[str, named_enum("ProblemType")] = Field(
        description="Stable, and the address of a page that explains it.",
        examples=["/problems/slot-taken"],
    )
    title: str = Field(description="The same words for every refusal of this type.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence for the person, about this very case.")
    instance: str = Field(description="The request's id, to name when asking for help.")

    field: str | SkipJsonSchema[None] = _optional("What was wrong, as a path into the request.")
    errors: list[FieldErrorView] | SkipJsonSchema[None] = _optional(
        "All that was wrong with the request's shape."
    )
    retry_after: int | SkipJsonSchema[None] = _optional("Seconds to wait before asking again.")
    permission: str | SkipJsonSchema[None] = _optional("The permission that is missing.")
    rule: PermissionRule | SkipJsonSchema[None] = _optional("Whom the permission is for.")
    capability: str | SkipJsonSchema[None] = _optional("What the provider profile may not do in its state.")
    state: str | SkipJsonSchema[None] = _optional("The state the thing is in.")
    allowed: list[str] | SkipJsonSchema[None] = _optional(
        "The steps your side may take from this state, some of them only at their time."
    )
    version: int | SkipJsonSchema[None] = _optional("The newest version, for If-Match.")
    reasons: list[str] | SkipJsonSchema[None] = _optional("Why not, each a code.")
    possible_from: Instant | None = _optional("When it can be done; null if nobody knows.")
    possible_until: Instant | SkipJsonSchema[None] = _optional("Until when it could be done.")
    possible_again_at: Instant | None = _optional("When as much can be claimed again; null if never.")
    quote: ReplacementQuoteView | SkipJsonSchema[None] = _optional("Today's quote for the same thing.")
    proposal_id: ProposalId | SkipJsonSchema[None] = _optional("The proposal to answer first.")
    task_ids: list[BookingTaskId] | SkipJsonSchema[None] = _optional("The booking's tasks to decide first.")
    tasks: list[TaskId] | SkipJsonSchema[None] = _optional("The offer's tasks that save too much together.")
    seats_left: int | SkipJsonSchema[None] = _optional("How many seats are left.")
    shortest_minutes: int | SkipJsonSchema[None] = _optional("The shortest length there is.")
    longest_minutes: int | SkipJsonSchema[None] = _optional("The longest length there is.")
    most: int | SkipJsonSchema[None] = _optional("The most there can be.")
    most_units_milli: int | SkipJsonSchema[None] = _optional("Thousandths of units that can be claimed.")
    missing: dict[str, int] | SkipJsonSchema[None] = _optional(
        "Parts of the evidence, and how many it takes."
    )
    known: list[str] | SkipJsonSchema[None] = _optional("All that can be rated here.")
    code: str | None = _optional("The payment provider's own word for it.")
    currency: Currency | SkipJsonSchema[None] = _optional("Of the amount beside it.")
    amount: Amount | SkipJsonSchema[None] = _optional("The amount that no card can pay, in minor units.")
    least_amount: Amount | SkipJsonSchema[None] = _optional("The least that a card pays, in minor units.")
    most_amount: Amount | SkipJsonSchema[None] = _optional("The most that a card pays, in minor units.")
    step_amount: Amount | SkipJsonSchema[None] = _optional("Card payments are multiples of this.")
    changeable_by: list[str] | SkipJsonSchema[None] = _optional("Who can change the amount.")
    difference_amount: Amount | SkipJsonSchema[None] = _optional("What would have to be paid on top.")
    held_amount: Amount | SkipJsonSchema[None] = _optional("What is held still, in minor units.")
    max_target_amount: Amount | SkipJsonSchema[None] = _optional("The most that can be kept, in minor units.")
    refundable_amount: Amount | SkipJsonSchema[None] = _optional("The most to give back, in minor units.")
