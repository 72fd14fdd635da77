"""A whole little market for tests that try every route: all kinds of people, bookings in many states.

`build` makes it in one transaction through the faces of the domain; everything that can be named on the wire
stands in `Stage.names` under a word ("confirmed" is a confirmed booking's id), so that a test's paths and
bodies are plain tables: `/bookings/{confirmed}/cancellation`.

A `Photograph` of it lets hundreds of tests each begin in the same market.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Session

from domain import (
    availability,
    bookings,
    contributions,
    identity,
    markets,
    offers,
    payments,
    pricing,
    providers,
    ratings,
    surge,
)
from domain.bookings import Booking, Change, ReasonCode
from domain.contributions import wallet
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.spans import Span
from domain.identity import Caller, User, sessions
from domain.identity.passwords import PASSWORDS
from domain.markets import Policy
from domain.offers import Offer, OptionContent, TaskContent, TaskKind
from domain.providers import ProviderProfile, Step
from tests import cast, given, harvested, levelled, snapshots
from tests.domain.bookings.bank import Bank, OneSession

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASSWORD = "correct horse battery"
CARD = "pm_card_visa"

# What the names of the stage mean on the wire.
PREFIXES = {
    "market": "mkt", "other_market": "mkt", "category": "cat", "quote": "quo", "bens_quote": "quo",
    "offer": "ofr", "draft": "ofr", "hidden": "ofr", "farahs_offer": "ofr", "task": "ofr", "lesson": "ofr",
    "clearing": "tsk", "soap": "tsk", "helped": "bkg", "differed": "bkg", "to_do": "btk", "undone": "btk",
    "differing": "btk",
    "ride": "ofr", "stay": "ofr", "option": "opt", "calendar": "res", "sauna": "res", "exception": "exc",
    "block": "hld", "grant": "rol", "payment": "pay", "unsettled": "pay", "proposal": "prp",
    "ellens_profile": "prv", "farahs_profile": "prv", "applied": "prv", "in_review": "prv",
    "changes_requested": "prv", "suspended_profile": "prv",
    "pending": "bkg", "requested": "bkg", "confirmed": "bkg", "proposed": "bkg", "starting": "bkg",
    "running": "bkg", "no_show": "bkg", "delivered": "bkg", "disputed": "bkg", "answered": "bkg",
    "completed": "bkg", "called_off": "bkg", "bens": "bkg", "aino": "usr", "ben": "usr", "sulo": "usr",
    "session": "ses", "emergency": "eme", "snapshot": "snp", "reviewable": "bkg", "half_reviewed": "bkg",
    "reviewed": "bkg", "waiting": "bkg", "review": "rev", "decision": "rdc", "appealed": "rdc",
    "hours_said": "hrt", "hours_asked": "hrt", "pot": "pot", "purpose": "pot", "patronage": "ptr",
    **given.PREFIXES, **harvested.PREFIXES, **levelled.PREFIXES,
}  # fmt: skip


class Killed(Exception):  # noqa: N818 -- no error of anybody's
    """The process died here."""


class Opens(Protocol):
    """What opens a transaction: `Transactions`, or one session that is undone with its test."""

    def __call__(self) -> AbstractContextManager[Session]: ...


class Till(Bank):
    """The bank in memory, that counts what it is asked and dies when told to, before or after the effect."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.calls: list[str] = []
        self.dies_before = self.dies_after = ""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self._counted(name, found) if name in _ASKED else found

    def _counted(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            self.calls.append(name)
            if self.dies_before == name:
                self.dies_before = ""
                raise Killed
            answer = ask(*given, **more)
            if self.dies_after == name:
                self.dies_after = ""
                raise Killed
            return answer

        return call


_ASKED = {"customer", "authorize", "capture", "cancel", "refund", "payment", "find_payment", "balance_rows"}


@dataclass
class Stage:
    """The market as it was built: what is in it, and a living session for everybody."""

    at: datetime
    till: Till
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """`{day_3}` is the full hour three days from now, `{day_3_later}` two hours after that."""
        hour = self.at.replace(minute=0, second=0, microsecond=0)
        for day in range(61):
            start = hour + day * DAY
            self.names[f"day_{day}"] = f"{start:%Y-%m-%dT%H:%M:%SZ}"
            self.names[f"day_{day}_later"] = f"{start + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
            self.names[f"date_{day}"] = f"{start:%Y-%m-%d}"

    def named(self, name: str, value: UUID) -> None:
        """Let the tests speak of this as `name`."""
        self.ids[name], self.names[name] = value, ids.encode(PREFIXES[name], value)

    def filled(self, template: Any) -> Any:
        """The template with every `{name}` replaced, in strings at any depth."""
        if isinstance(template, str):
            return template.format_map(self.names) if "{" in template else template
        if isinstance(template, Mapping):
            return {key: self.filled(value) for key, value in template.items()}
        if isinstance(template, list | tuple):
            return [self.filled(value) for value in template]
        return template


def build(transactions: Opens, at: datetime) -> Stage:
    """A market at this instant. Tokens are good for a day from then on."""
    stage = Stage(at, Till(at))
    with transactions() as session:
        builder = _Builder(session, stage)
        builder.people()
        builder.offers()
        builder.quotes()
        builder.surge()
        builder.bookings()
        builder.tasks_taken_over()
        builder.reviews()
        builder.credits()
        builder.contributions()
        builder.levels()
        builder.harvest()
        builder.sessions()
    return stage


class _Builder:
    def __init__(self, session: Session, stage: Stage) -> None:
        self.session, self.stage, self.at = session, stage, stage.at
        self.hour = stage.at.replace(minute=0, second=0, microsecond=0)
        self.users: dict[str, User] = {}

    def people(self) -> None:
        """Two customers, two providers, staff here and in another market, applicants, and one shut out."""
        session, named = self.session, self.stage.named
        here, there = cast.market(session), self._tampere()
        named("market", here.id)
        named("other_market", there.id)
        self.ellen, self.farah = cast.ellen(session), cast.farah(session)
        named("ellens_profile", self.ellen.id)
        named("farahs_profile", self.farah.id)
        self.users = {name: cast.user(session, name.title()) for name in ("ellen", "farah", "sulo", "olga")}
        self.users |= {name: getattr(cast, name)(session) for name in ("aino", "ben", "otto", "mira")}
        self.users["aino"].password_hash = PASSWORDS.hashed(PASSWORD)
        granted = identity.grant_role(
            session,
            self.users["olga"].id,
            role=identity.Role.OPERATOR,
            market_id=there.id,
            by=SYSTEM,
            at=self.at,
        )
        named("grant", granted.id)
        for name in ("aino", "ben", "sulo"):
            named(name, self.users[name].id)
        for name, word, steps in _APPLICANTS:
            named(word, self._applicant(name, steps).id)

    def offers(self) -> None:
        """Ellen irons and has a sauna; Farah does one thing of every other kind."""
        session, named = self.session, self.stage.named
        calendar = cast.open_always(session, self.ellen)
        cast.open_always(session, self.farah)
        by = Actor(ActorKind.USER, self.ellen.user_id)
        self.ironing = cast.offer(session, provider=self.ellen)
        self.mending = cast.offer(session, provider=self.farah, title="Mending")
        draft, hidden = (cast.drafted(session, provider=self.ellen) for _ in range(2))
        offers.hide(session, hidden.id, reason="It is about something else.", by=SYSTEM, at=self.at)
        for word, offer in {"offer": self.ironing, "draft": draft, "hidden": hidden}.items():
            named(word, offer.id)
        named("farahs_offer", self.mending.id)
        for kind in ("task", "lesson", "ride", "stay"):
            named(kind, cast.offer(session, provider=self.farah, category=kind).id)
        named("category", self.ironing.category_id)
        option = offers.add_option(
            session, self.ironing.id, OptionContent(title="Folding", price_amount=500), by=by, at=self.at
        )
        named("option", option.id)
        for word, title in {"clearing": "Clearing the table", "soap": "Bringing the soap"}.items():
            saved = TaskContent(kind=TaskKind.PREPARES, title=title, saving_amount=400)
            named(word, offers.add_task(self.session, self.ironing.id, saved, by=by, at=self.at).id)
        named("calendar", calendar.id)
        sauna = availability.add_thing(session, self.ellen.id, name="The sauna", by=by, at=self.at)
        named("sauna", sauna.id)
        christmas = availability.DatedException(*[(self.at + 60 * DAY).date()] * 2)
        closed = availability.add_exception(
            session, calendar.id, availability.ExceptionKind.CLOSED, christmas, note="", by=by, at=self.at
        )
        named("exception", closed.id)
        dentist = Span(self.hour + 50 * DAY, self.hour + 50 * DAY + HOUR)
        held = availability.block(session, calendar.id, dentist, note="Dentist", by=by, at=self.at)
        named("block", held.id)

    def surge(self) -> None:
        """An emergency and a snapshot of a market whose prices do not answer to demand yet."""
        here, by = self.stage.ids["market"], Actor(ActorKind.OPERATOR, self.users["otto"].id)
        rule, at = surge.EmergencyRule.PLUS_TEN_PERCENT, self.at
        made = surge.declare_emergency(self.session, here, rule=rule, reason="A storm.", by=by, at=at)
        self.session.flush()
        self.stage.named("emergency", made.id)
        surge.be_present(
            self.session, self.ellen.id, latitude=60.18, longitude=24.95, by=self.ellen.user_id, at=at
        )
        self.stage.named(
            "snapshot",
            snapshots.published(self.session, here, {}, category="hourly-service", tick_at=at),
        )

    def quotes(self) -> None:
        """A live quote each for Aino, from Ellen, and for Ben, from Farah."""
        later = self.hour + 20 * DAY
        self.stage.named("quote", self._quote("aino", later, self.ironing, at=self.at).id)
        self.stage.named("bens_quote", self._quote("ben", later, self.mending, at=self.at).id)

    def bookings(self) -> None:
        """Aino's bookings with Ellen, one in every state that anybody can act in; and one of Ben's."""
        hours = {"starting": -1, "running": -5, "no_show": -9, "delivered": -13, "disputed": -17}
        hours |= {"answered": -21, "completed": -25, "pending": 48, "requested": 72, "confirmed": 96}
        hours |= {"proposed": 120, "called_off": 144}
        hours |= {"reviewable": -29, "half_reviewed": -33, "reviewed": -37, "waiting": -41}
        for word, ahead in hours.items():
            booking = self._played(word, self.hour + ahead * HOUR)
            self.stage.named(word, booking.id)
            if word in _PAYMENTS:
                assert booking.payment_id
                self.stage.named(_PAYMENTS[word], booking.payment_id)
        bens = self._booked("ben", self.hour + 2 * DAY, self.mending, at=self.at)
        self._pay(bens, "ben", at=self.at)
        self.stage.named("bens", bens.id)

    def tasks_taken_over(self) -> None:
        """Aino took over both tasks twice: one is left to speak of, one is said undone, one in dispute."""
        rules = Policy(contributions={"tasks": {}})
        here, since = self.stage.ids["market"], self.at - 10 * DAY
        markets.publish_policy(self.session, here, rules=rules, by=SYSTEM, at=since)
        aino, ellen = self._caller("aino"), self._caller("ellen")
        for word, ahead in {"helped": -45, "differed": -49}.items():
            start = self.hour + ahead * HOUR
            booking = self._with_tasks(start)
            self.stage.named(word, booking.id)
            tasks = bookings.whole(self.session, booking.id, by=aino).tasks
            which = bookings.WhichTask(booking.id, tasks[1].id)
            told = {"by": ellen, "at": start + 3 * HOUR, "reason": "There was no soap."}
            bookings.report_task_unmet(self.session, which, **told)
            if word == "helped":
                self.stage.named("to_do", tasks[0].id)
                self.stage.named("undone", tasks[1].id)
            else:
                bookings.object_to_task(
                    self.session, which, by=aino, at=start + 4 * HOUR, statement="It was under the sink."
                )
                self.stage.named("differing", tasks[1].id)

    def reviews(self) -> None:
        """One booking half reviewed, one from both sides, one that waits for a dispute, one not at all."""
        for word in ("half_reviewed", "reviewed"):
            self._review(word, "aino", stars=4)
        self._review("reviewed", "ellen", stars=5)
        review = ratings.own(self.session, self.stage.ids["reviewed"], by=self._caller("aino"))
        self.stage.named("review", review.id)
        ratings.hold_window(
            self.session,
            self.stage.ids["waiting"],
            why=ratings.HoldReason.DISPUTE,
            by=self._staff("otto", identity.Role.OPERATOR),
            at=self.at,
        )
        for word in ("appealed", "decision"):
            for kind in (ratings.DecisionKind.HOLD, ratings.DecisionKind.RELEASE):
                decided = self._decide(review.id, kind)
                if kind is ratings.DecisionKind.HOLD:
                    self.stage.named(word, decided.id)
        ratings.appeal(
            self.session, self.stage.ids["appealed"], "It is true.", by=self._caller("aino"), at=self.at
        )

    def credits(self) -> None:
        """Aino and Ellen have credits, hours of Aino and Ben wait, and a part of the surplus was split."""
        session, named, here = self.session, self.stage.named, self.stage.ids["market"]
        keeping = Policy(contributions={"credits": {"value_amount": 100}, "payout": {"offered": True}})
        markets.publish_policy(session, here, rules=keeping, by=SYSTEM, at=self.at)
        aino, ben, sulo = (self.users[name] for name in ("aino", "ben", "sulo"))
        for someone in (aino, self.users["ellen"]):
            told = {"subject_id": someone.id, "hold": False, "by": SYSTEM, "at": self.at - DAY}
            wallet.grant(session, someone.id, 5_000, key=f"the stage:{someone.id}", **told)
        operator = self._staff("otto", identity.Role.OPERATOR)
        for word, beneficiary, by in (
            ("pot", ben.id, self._caller("aino")),
            ("purpose", None, operator),
        ):
            opened = {"market_id": here, "title": "For a hard winter", "beneficiary_id": beneficiary}
            named(word, contributions.open_pot(session, by=by, at=self.at, **opened).id)
            contributions.feed_pot(session, self.stage.ids[word], 500, by=self._caller("aino"), at=self.at)
        contributions.promise_from_pot(session, self.stage.ids["purpose"], sulo.id, by=operator, at=self.at)
        for word, by, other in (("hours_said", "aino", ben.id), ("hours_asked", "ben", aino.id)):
            said = contributions.claim_hours(
                session,
                market_id=here,
                other_id=other,
                claimed_by=contributions.HourSide.GIVER,
                minutes=60,
                what="Cleared the snow.",
                by=self._caller(by),
                at=self.at,
            )
            named(word, said.id)
        split = contributions.post_patronage(
            session,
            here,
            starts_at=self.hour - 60 * DAY,
            ends_at=self.hour - 31 * HOUR,
            surplus_amount=100,
            by=operator,
            at=self.at,
        )
        since, until = self.hour - 31 * HOUR, self.hour - HOUR
        self.stage.names["since"], self.stage.names["until"] = (
            f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (since, until)
        )
        named("patronage", split.id)

    def contributions(self) -> None:
        """A call and a promise, and claims in the states of their life."""
        given.give(self.session, self.stage.ids, self._caller, self.stage.named, self.at)

    def harvest(self) -> None:
        """Contributions that were confirmed, of which two were taken back; Olga is new and booked nothing."""
        self.users["olga"].created_at = self.at - DAY
        here, mira = self.stage.ids["market"], self._staff("mira", identity.Role.MODERATOR)
        self.stage.names["code"] = harvested.gather(
            self.session, here, self._caller, mira, self.stage.named, self.at
        )

    def levels(self) -> None:
        """Aino lost two levels, and appealed the loss of the second."""
        levelled.lose(self.session, self.stage.ids["market"], self._caller("aino"), self.stage.named, self.at)

    def sessions(self) -> None:
        """Everybody is signed in; Aino once more, elsewhere and too long ago; Sulo is then shut out."""
        for name, user in self.users.items():
            self.stage.tokens[name] = self._token(user, self.at + DAY)
        self.stage.tokens["expired"] = self._token(self.users["aino"], self.at - HOUR)
        elsewhere = sessions.start(self.session, self.users["aino"], label="elsewhere", at=self.at)
        self.stage.named("session", elsewhere.session_id)
        self.stage.names["refresh_token"] = elsewhere.refresh
        self.users["sulo"].suspended_at = self.at

    def _played(self, word: str, start: datetime) -> Booking:
        """A booking brought as far as its word says, each step at a plausible time."""
        asked_at = min(self.at, start - DAY)
        booking = self._booked("aino", start, self.ironing, at=asked_at)
        steps: dict[str, Callable[[], Any]] = {
            "paid": lambda: self._pay(booking, "aino", at=asked_at),
            "accepted": lambda: self._accept(booking, at=asked_at),
            "proposed": lambda: self._propose(booking, start + DAY),
            "called off": lambda: bookings.cancel(
                self.session,
                booking.id,
                reason_code=ReasonCode.ILLNESS,
                reason=None,
                by=self._caller("ellen"),
                at=asked_at,
            ),
            "absent": lambda: bookings.report_no_show(
                self.session, booking.id, by=self._caller("ellen"), at=start + HOUR
            ),
            "started": lambda: bookings.start(self.session, booking.id, by=self._caller("ellen"), at=start),
            "delivered": lambda: bookings.deliver(
                self.session, booking.id, by=self._caller("ellen"), at=start + 2 * HOUR
            ),
            "disputed": lambda: bookings.dispute(
                self.session,
                booking.id,
                reason_code=ReasonCode.NOT_AS_AGREED,
                statement="Two shirts were not done.",
                by=self._caller("aino"),
                at=start + 3 * HOUR,
            ),
            "answered": lambda: bookings.answer(
                self.session,
                booking.id,
                statement="They were not there.",
                by=self._caller("ellen"),
                at=start + 4 * HOUR,
            ),
            "completed": lambda: bookings.complete(
                self.session, booking.id, by=self._caller("aino"), at=start + 3 * HOUR
            ),
        }
        for step in _PLAYS[word]:
            steps[step]()
        return booking

    def _review(self, word: str, name: str, *, stars: int) -> None:
        content = ratings.Content(stars, "en", "All went well.")
        ratings.submit(self.session, self.stage.ids[word], content, by=self._caller(name), at=self.at - HOUR)

    def _decide(self, review_id: UUID, kind: ratings.DecisionKind) -> ratings.ReviewDecision:
        return ratings.decide(
            self.session,
            review_id,
            kind,
            reason_code=ratings.DecisionReason.PERSONAL_DATA,
            statement="It seems to name a street.",
            by=self._staff("otto", identity.Role.OPERATOR),
            at=self.at,
        )

    def _staff(self, name: str, role: identity.Role) -> Caller:
        return Caller(self.users[name].id, ids.new(), name.title(), frozenset({identity.Grant(role)}))

    def _accept(self, booking: Booking, *, at: datetime) -> None:
        bookings.accept(self.session, booking.id, by=self._caller("ellen"), at=at)
        payment = payments.of(self.session, booking.id)
        payments.settle(OneSession(self.session), self.stage.till, payment.id, at=at)
        bookings.follow_payment(self.session, booking.id, at=at)

    def _propose(self, booking: Booking, start: datetime) -> None:
        made = bookings.propose(
            self.session,
            booking.id,
            Change(start=start),
            by=self._caller("aino"),
            at=self.at,
            note="A day later?",
        )
        self.stage.named("proposal", made.id)

    def _with_tasks(self, start: datetime) -> Booking:
        """A delivered booking whose customer took over all that there was."""
        asked_at, aino, ellen = start - DAY, self._caller("aino"), self._caller("ellen")
        quote = pricing.quote(
            self.session,
            offer_id=self.ironing.id,
            customer_id=aino.user_id,
            start=start,
            units=120,
            tasks=[self.stage.ids["clearing"], self.stage.ids["soap"]],
            at=asked_at,
        )
        booking = bookings.request(self.session, quote.id, by=aino, at=asked_at)
        self._pay(booking, "aino", at=asked_at)
        self._accept(booking, at=asked_at)
        bookings.start(self.session, booking.id, by=ellen, at=start)
        return bookings.deliver(self.session, booking.id, by=ellen, at=start + 2 * HOUR)

    def _booked(self, name: str, start: datetime, offer: Offer, *, at: datetime) -> Booking:
        quote = self._quote(name, start, offer, at=at)
        return bookings.request(self.session, quote.id, by=self._caller(name), at=at)

    def _pay(self, booking: Booking, name: str, *, at: datetime) -> None:
        bookings.pay(
            OneSession(self.session),
            self.stage.till,
            booking.id,
            payment_method=CARD,
            by=self._caller(name),
            at=at,
        )

    def _quote(self, name: str, start: datetime, offer: Offer, *, at: datetime) -> pricing.Quote:
        customer = self.users[name].id
        return pricing.quote(
            self.session, offer_id=offer.id, customer_id=customer, start=start, units=120, at=at
        )

    def _applicant(self, name: str, steps: tuple[Step, ...]) -> ProviderProfile:
        someone = self.users[name] = cast.user(self.session, name.title())
        by = Actor(ActorKind.USER, someone.id)
        market_id = cast.market(self.session).id
        profile = providers.apply(
            self.session, market_id, display_name=name.title(), about="", by=by, at=self.at
        )
        for step in steps:
            providers.step(self.session, profile.id, step, by=SYSTEM, reason_code="known", at=self.at)
        return profile

    def _tampere(self) -> markets.Market:
        return markets.create(
            self.session,
            slug="tampere",
            name="Tampere",
            currency="EUR",
            time_zone="Europe/Helsinki",
            locale="fi-FI",
            country="FI",
            by=SYSTEM,
            at=cast.LONG_AGO,
        )

    def _caller(self, name: str) -> Caller:
        return Caller(self.users[name].id, ids.new(), name.title())

    def _token(self, user: User, until: datetime) -> str:
        tokens = sessions.start(self.session, user, label="the stage", at=until - sessions.ACCESS_LASTS)
        return tokens.access


_APPLICANTS: tuple[tuple[str, str, tuple[Step, ...]], ...] = (
    ("eino", "applied", ()),
    ("inka", "in_review", (Step.REVIEW,)),
    ("carl", "changes_requested", (Step.REVIEW, Step.REQUEST_CHANGES)),
    ("sanni", "suspended_profile", (Step.REVIEW, Step.APPROVE, Step.SUSPEND)),
)
_PAYMENTS = {"completed": "payment", "called_off": "unsettled"}
_CONFIRMED = ("paid", "accepted")
_DELIVERED = (*_CONFIRMED, "started", "delivered")
_PLAYS: dict[str, tuple[str, ...]] = {
    "pending": (),
    "requested": ("paid",),
    "confirmed": _CONFIRMED,
    "proposed": (*_CONFIRMED, "proposed"),
    "called_off": (*_CONFIRMED, "called off"),
    "starting": _CONFIRMED,
    "running": (*_CONFIRMED, "started"),
    "no_show": (*_CONFIRMED, "absent"),
    "delivered": _DELIVERED,
    "disputed": (*_DELIVERED, "disputed"),
    "answered": (*_DELIVERED, "disputed", "answered"),
    "completed": (*_DELIVERED, "completed"),
    "reviewable": (*_DELIVERED, "completed"),
    "half_reviewed": (*_DELIVERED, "completed"),
    "reviewed": (*_DELIVERED, "completed"),
    "waiting": (*_DELIVERED, "completed"),
}
