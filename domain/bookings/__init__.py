"""An agreement on a time: a **booking**, from the quote it takes to the day its books are closed.

Its life is a table of **steps** between **states** (`lifecycle.py`): every step belongs to somebody, every
state that is not final has a way out by clock, and `due_at` says when. What happens to the money when it ends
is one pure function (`cancellation.py`) over terms frozen on the day it was made, for preview, execution and
dispute. Changes of a confirmed booking are **proposals** by one side, accepted by the other.

Invariants, held by the database: the amounts of a booking balance, and so does its settlement; a booking has
a settlement exactly when it has ended; a quote makes one booking; a booking has one open proposal at most;
nobody books themselves. Everybody acts only on what is theirs, and does not learn of the rest.
"""

from .calling_off import Preview, cancel, preview, withdraw
from .cancellation import Amounts, Settlement
from .delivery import complete, deliver, report_no_show, start
from .disputes import answer, contest_no_show, dispute, resolve
from .due import act, expire_proposal
from .endings import settlement_of
from .invariants import INVARIANTS
from .kinds import Ground, ProposalKind, ProposalState, ReasonCode, Side, State, Step
from .lifecycle import BOOKINGS, PROPOSALS
from .looking import place, whole
from .models import Booking, Proposal
from .paying import Paid, follow_payment, pay
from .proposals import Change, propose
from .proposals import accept as accept_proposal
from .proposals import decline as decline_proposal
from .proposals import withdraw as withdraw_proposal
from .queries import Chosen, DisputeLine, ProposalLine, Summary, Whole, due, due_proposals, page
from .requests import accept, decline, request
from .steps import By, side_of
from .timeline import Entry, timeline

__all__ = [
    "BOOKINGS",
    "INVARIANTS",
    "PROPOSALS",
    "Amounts",
    "Booking",
    "By",
    "Change",
    "Chosen",
    "DisputeLine",
    "Entry",
    "Ground",
    "Paid",
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
    "Whole",
    "accept",
    "accept_proposal",
    "act",
    "answer",
    "cancel",
    "complete",
    "contest_no_show",
    "decline",
    "decline_proposal",
    "deliver",
    "dispute",
    "due",
    "due_proposals",
    "expire_proposal",
    "follow_payment",
    "page",
    "pay",
    "place",
    "preview",
    "propose",
    "report_no_show",
    "request",
    "resolve",
    "settlement_of",
    "side_of",
    "start",
    "timeline",
    "whole",
    "withdraw",
    "withdraw_proposal",
]
