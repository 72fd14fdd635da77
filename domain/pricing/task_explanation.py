"""A customer's part in words: what each task takes off and what it costs to leave it; what credits pay for.

The sentences never urge. Whoever takes over nothing pays the list price and nothing more, and is told so.
"""

from collections.abc import Iterator

from domain.foundation.money import BASIS_POINTS
from domain.pricing.credits import Use, redemptions
from domain.pricing.inputs import Inputs
from domain.pricing.lines import Line, LineKind
from domain.pricing.quotes import Quote
from domain.pricing.tasks import TaskShare, task_shares
from domain.pricing.writing import Writer


def tasks_told(quote: Quote, writer: Writer) -> Iterator[str]:
    """A sentence for each task, and what becomes of the money meanwhile."""
    shares = task_shares(quote)
    if not shares:
        return
    listed = writer.money(quote.pay_in_amount + quote.stake_amount)
    yield (
        f"Without the tasks you take over you would pay {listed}. That price is always yours to choose: "
        "declining costs nothing, and nobody asks why."
    )
    yield from (_task(share, writer) for share in shares)
    if quote.stake_amount:
        stake = writer.money(quote.stake_amount)
        yield (
            f"So {listed} is what is held; the {stake} for your tasks come back as they are confirmed. What "
            "the provider keeps you from doing counts as done."
        )


def credits_told(quote: Quote, writer: Writer) -> Iterator[str]:
    """A sentence for each thing that credits pay for."""
    for redemption in redemptions(quote):
        spent = writer.thousandths(redemption.credits)
        amount = writer.money(redemption.amount)
        yield f"{spent} credits take {amount} off {_OFF[redemption.use]}."


def task_share(line: Line, inputs: Inputs, writer: Writer) -> str:
    """How a task's line came about."""
    of = line.inputs
    saved = sum(saving["amount"] for saving in of["savings"])
    share = writer.percent(of["sharing_bp"])
    told = f"its part of {share} of the {writer.money(saved)} that your tasks save the provider"
    if len(inputs.tasks) == 1:
        told = f"{share} of the {writer.money(saved)} that it saves the provider"
    if saved and saved * of["sharing_bp"] > of["most_amount"] * BASIS_POINTS:
        return f"{told}, up to the {writer.money(of['most_amount'])} that they would be paid"
    return told


def tax_on_tasks(line: Line, inputs: Inputs, writer: Writer) -> str:
    """How the tax that a task takes along came about."""
    of = line.inputs
    title = inputs.tasks[of["place"]].title
    part, share = writer.percent(of["rate_bp"], of["whole_bp"]), writer.money(of["shares"][of["place"]])
    return f"{part} of the {share} that “{title}” takes off"


def redeemed(line: Line, inputs: Inputs, writer: Writer) -> str:  # noqa: ARG001 -- one shape for all rules
    """What credits pay for on a line."""
    of = line.inputs
    amount = writer.money(min(of["wanted_amount"], of["most_amount"]))
    if line.kind is LineKind.TAX:
        return f"its part of the {amount} that you pay with credits"
    return f"of the {amount} that you pay with credits, {writer.money(of['most_amount'])} at most"


def _task(share: TaskShare, writer: Writer) -> str:
    amount = writer.money(share.amount)
    return (
        f"“{share.title}” is yours to do and takes {amount} off. Left undone it costs these {amount} again."
    )


_OFF = {Use.FEE_DISCOUNT: "the service fee", Use.SURGE_SHIELD: "what demand adds"}
