"""A whole little market for tests that try every route: all kinds of people, bookings in many states.

`build` makes it in one transaction through the faces of the domain; everything that can be named on the wire
stands in `Stage.names` under a word ("confirmed" is a confirmed booking's id), so that a test's paths and
bodies are plain tables: `/bookings/{confirmed}/cancellation`.

`Photograph` copies the built market aside and puts it back within milliseconds, so that hundreds of tests
each begin in the same market.
"""

import copy
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from domain import availability, bookings, identity, markets, offers, payments, pricing, providers, registry
from domain.bookings import Booking, Change, ReasonCode
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor, ActorKind
from domain.foundation.spans import Span
from domain.identity import Caller, User, sessions
from domain.identity.passwords import PASSWORDS
from domain.offers import Offer, OptionContent
from domain.providers import ProviderProfile, Step
from tests import cast
from tests.domain.bookings.bank import Bank, OneSession

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASSWORD = "correct horse battery"
CARD = "pm_card_visa"

# What the names of the stage mean on the wire.
PREFIXES = {
    "market": "mkt", "other_market": "mkt", "category": "cat", "quote": "quo", "bens_quote": "quo",
    "offer": "ofr", "draft": "ofr", "hidden": "ofr", "farahs_offer": "ofr", "task": "ofr", "lesson": "ofr",
    "ride": "ofr", "stay": "ofr", "option": "opt", "calendar": "res", "sauna": "res", "exception": "exc",
    "block": "hld", "grant": "rol", "payment": "pay", "unsettled": "pay", "proposal": "prp",
    "ellens_profile": "prv", "farahs_profile": "prv", "applied": "prv", "in_review": "prv",
    "changes_requested": "prv", "suspended_profile": "prv",
    "pending": "bkg", "requested": "bkg", "confirmed": "bkg", "proposed": "bkg", "starting": "bkg",
    "running": "bkg", "no_show": "bkg", "delivered": "bkg", "disputed": "bkg", "answered": "bkg",
    "completed": "bkg", "called_off": "bkg", "bens": "bkg", "aino": "usr", "ben": "usr", "sulo": "usr",
    "session": "ses",
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
        builder.bookings()
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
        for word, ahead in hours.items():
            booking = self._played(word, self.hour + ahead * HOUR)
            self.stage.named(word, booking.id)
            if word in _PAYMENTS:
                assert booking.payment_id
                self.stage.named(_PAYMENTS[word], booking.payment_id)
        bens = self._booked("ben", self.hour + 2 * DAY, self.mending, at=self.at)
        self._pay(bens, "ben", at=self.at)
        self.stage.named("bens", bens.id)

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
}


class Photograph:
    """Copies of all tables, from which the market is put back as it was."""

    def __init__(self, engine: Engine, stage: Stage) -> None:
        self.engine, self.stage = engine, stage
        self._kept, self._names = copy.copy(stage.till.kept), copy.copy(stage.names)
        columns = {
            table.name: ", ".join(f'"{one.name}"' for one in table.columns if one.computed is None)
            for table in registry.metadata().sorted_tables
        }
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA IF EXISTS staged CASCADE; CREATE SCHEMA staged")
            for name in columns:
                connection.exec_driver_sql(f"CREATE TABLE staged.{name} AS TABLE public.{name}")
            emptied = "".join(f"DELETE FROM {name}; " for name in columns)  # noqa: S608 -- our own tables
            filled = "".join(
                f"INSERT INTO {name} ({told}) OVERRIDING SYSTEM VALUE SELECT {told} FROM staged.{name}; "  # noqa: S608 -- our own tables
                for name, told in columns.items()
            )
            for name, statements in {"clear": emptied, "restore": emptied + filled}.items():
                connection.exec_driver_sql(_FUNCTION.format(name=name, statements=statements))
        # What there is, table by table, as a number that changes with any row; keys of retries are no effect.
        self._sum = " UNION ALL ".join(
            f"SELECT '{name}', count(*), coalesce(sum(hashtextextended(row::text, 0)), 0) FROM {name} AS row"  # noqa: S608 -- our own tables
            for name in columns
            if name != "idempotency_keys"
        )

    def restore(self) -> Stage:
        """The market as it was built."""
        self._run("restore")
        till = self.stage.till
        till.kept, till.calls = copy.copy(self._kept), []
        till.dies_before = till.dies_after = ""
        self.stage.names = copy.copy(self._names)
        return self.stage

    def clear(self) -> None:
        """No market at all, as other tests expect it."""
        self._run("clear")

    def rows(self) -> dict[str, tuple[int, int]]:
        """How many rows each table has, and a sum of what they hold."""
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql(self._sum).all()
        return {name: (int(count), int(content)) for name, count, content in found}

    def _run(self, name: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT staged.{name}()")


# With triggers and foreign keys asleep the order of tables does not matter.
_FUNCTION = """
    CREATE FUNCTION staged.{name}() RETURNS void LANGUAGE plpgsql
    SET session_replication_role = replica AS $$ BEGIN {statements} END $$
"""


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> dict[str, int]:
    """Which tables differ, and by how many rows; 0 where rows only changed."""
    return {name: after[name][0] - before[name][0] for name in before if before[name] != after[name]}
