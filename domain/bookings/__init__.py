"""An agreement on a time: a **booking**, from the quote it takes to the day its books are closed.

Its life is a table of **steps** between **states** (`lifecycle.py`): every step belongs to somebody, every
state that is not final has a way out by clock, and `due_at` says when. What happens to the money when it ends
is one pure function (`cancellation.py`) over terms frozen on the day it was made, for preview, execution and
dispute. Changes of a confirmed booking are **proposals** by one side, accepted by the other.

**Tasks** are what the customer took over and does themselves. What they save is at **stake**: it is paid
beside the pay-in and comes back with the booking's end, but for the shares of tasks that were left undone.

Invariants, held by the database: the amounts of a booking balance, and so does its settlement with the
stake, of which nothing is kept unless the service was carried out; a booking has a settlement exactly when it
has ended; a quote makes one booking; a booking has one open proposal at most; nobody books themselves.
Everybody acts only on what is theirs, and does not learn of the rest.
"""

from domain.bookings.brought_in import BroughtIn, brought_in
from domain.bookings.calling_off import Preview, cancel, preview, withdraw
from domain.bookings.cancellation import Amounts, Settlement
from domain.bookings.delivery import complete, deliver, report_no_show, start
from domain.bookings.disputes import answer, contest_no_show, dispute, resolve
from domain.bookings.due import act, expire_proposal
from domain.bookings.endings import settlement_of
from domain.bookings.filling import Filling, filling
from domain.bookings.guards import OpenSteps, open_steps
from domain.bookings.invariants import INVARIANTS
from domain.bookings.kinds import (
    Ground,
    ProposalKind,
    ProposalState,
    ReasonCode,
    Side,
    State,
    Step,
    TaskOutcome,
    TaskState,
    TaskStep,
)
from domain.bookings.lifecycle import BOOKINGS, PROPOSALS, TASKS
from domain.bookings.looking import PlaceShown, place, whole
from domain.bookings.models import Booking, Proposal
from domain.bookings.pay_holds import move_pay
from domain.bookings.paying import Paid, follow_payment, pay
from domain.bookings.price_drops import follow_price_drop
from domain.bookings.proposals import Change, propose
from domain.bookings.proposals import accept as accept_proposal
from domain.bookings.proposals import decline as decline_proposal
from domain.bookings.proposals import withdraw as withdraw_proposal
from domain.bookings.queries import (
    Chosen,
    DisputeLine,
    ProposalLine,
    Summary,
    Whole,
    due,
    due_proposals,
    page,
)
from domain.bookings.reminding import remind
from domain.bookings.requests import accept, decline, request
from domain.bookings.rules import task_steps
from domain.bookings.steps import By, side_of
from domain.bookings.suspending import follow_profile, follow_reinstatement, follow_suspension
from domain.bookings.task_models import BookingTask
from domain.bookings.task_queries import TaskLine, to_remind
from domain.bookings.task_queries import undecided as undecided_tasks
from domain.bookings.tasks import Which as WhichTask
from domain.bookings.tasks import confirm as confirm_task
from domain.bookings.tasks import decide as decide_task
from domain.bookings.tasks import decide_overdue as decide_overdue_tasks
from domain.bookings.tasks import object_to as object_to_task
from domain.bookings.tasks import perform as perform_task
from domain.bookings.tasks import report_block as report_task_blocked
from domain.bookings.tasks import report_unmet as report_task_unmet
from domain.bookings.timeline import Entry, timeline

__all__ = [
    "BOOKINGS",
    "INVARIANTS",
    "PROPOSALS",
    "TASKS",
    "Amounts",
    "Booking",
    "BookingTask",
    "BroughtIn",
    "By",
    "Change",
    "Chosen",
    "DisputeLine",
    "Entry",
    "Filling",
    "Ground",
    "OpenSteps",
    "Paid",
    "PlaceShown",
    "Preview",
    "Proposal",
    "ProposalKind",
    "ProposalLine",
    "ProposalState",
    "ReasonCode",
    "Settlement",
    "Side",
    "State",
    "Step",
    "Summary",
    "TaskLine",
    "TaskOutcome",
    "TaskState",
    "TaskStep",
    "WhichTask",
    "Whole",
    "accept",
    "accept_proposal",
    "act",
    "answer",
    "brought_in",
    "cancel",
    "complete",
    "confirm_task",
    "contest_no_show",
    "decide_overdue_tasks",
    "decide_task",
    "decline",
    "decline_proposal",
    "deliver",
    "dispute",
    "due",
    "due_proposals",
    "expire_proposal",
    "filling",
    "follow_payment",
    "follow_price_drop",
    "follow_profile",
    "follow_reinstatement",
    "follow_suspension",
    "move_pay",
    "object_to_task",
    "open_steps",
    "page",
    "pay",
    "perform_task",
    "place",
    "preview",
    "propose",
    "remind",
    "report_no_show",
    "report_task_blocked",
    "report_task_unmet",
    "request",
    "resolve",
    "settlement_of",
    "side_of",
    "start",
    "task_steps",
    "timeline",
    "to_remind",
    "undecided_tasks",
    "whole",
    "withdraw",
    "withdraw_proposal",
]
