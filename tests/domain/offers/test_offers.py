"""Offers: drafted, published, paused, hidden, archived, by whom they belong to, and in which terms."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import offers, providers
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.events import subject_history
from domain.foundation.ids import new
from domain.foundation.lifecycle import TransitionNotAllowed
from domain.offers import Content, OfferState, OptionContent, OptionPer, Unbookable
from domain.offers.errors import ContentUnfit, OfferIncomplete, OfferUnknown
from domain.providers.errors import CapabilityMissing, ProviderProfileNotFound
from tests import cast
from tests.domain.offers.owner import by

MODERATOR = Actor(ActorKind.MODERATOR)


@pytest.mark.parametrize("category", cast.CONTENTS)
def test_every_standard_kind_of_service_can_be_drafted_and_published(
    session: Session, at: datetime, category: str
) -> None:
    offer = cast.drafted(session, category=category)
    published = offers.publish(session, offer.id, by=by(offer), at=at)
    assert (published.state, published.published_at, published.version) == (OfferState.PUBLISHED, at, 2)
    assert [fact.name for fact in subject_history(session, offer.id)] == ["offer.drafted", "offer.published"]
    assert offers.bookable(offers.terms(session, offer.id)) == []


def test_an_offer_lives_in_its_market_s_currency_and_on_its_clock(session: Session) -> None:
    offer = cast.drafted(session)
    assert (offer.currency, offer.time_zone) == ("EUR", "Europe/Helsinki")
    assert cast.drafted(session, time_zone="Europe/Stockholm").time_zone == "Europe/Stockholm"


def test_the_shown_point_stays_when_everything_but_the_place_changes(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    shown = (offer.blurred_latitude, offer.blurred_longitude)
    content = offers.content_of(offer)
    offers.edit(session, offer.id, replace(content, title="Ironing and folding"), by=by(offer), at=at)
    assert (offer.blurred_latitude, offer.blurred_longitude) == shown
    assert shown != (offer.latitude, offer.longitude)
    offers.edit(session, offer.id, replace(content, latitude=60.2), by=by(offer), at=at)
    assert (offer.blurred_latitude, offer.blurred_longitude) != shown


def test_two_offers_at_one_address_are_shown_at_two_points(session: Session) -> None:
    one, other = cast.offer(session), cast.offer(session)
    assert one.blurred_latitude != other.blurred_latitude


def test_an_incomplete_draft_is_not_published_and_a_published_offer_stays_complete(
    session: Session, at: datetime
) -> None:
    draft = cast.drafted(session, maximum_minutes=None)
    with pytest.raises(OfferIncomplete):
        offers.publish(session, draft.id, by=by(draft), at=at)
    offer = cast.offer(session)
    bare = replace(offers.content_of(offer), latitude=None, longitude=None)
    with pytest.raises(OfferIncomplete):
        offers.edit(session, offer.id, bare, by=by(offer), at=at)
    offers.pause(session, offer.id, by=by(offer), at=at)
    with pytest.raises(OfferIncomplete):
        offers.edit(session, offer.id, bare, by=by(offer), at=at)


def test_an_attribute_that_does_not_fit_the_category_is_refused_by_name(session: Session) -> None:
    with pytest.raises(ContentUnfit) as refusal:
        cast.drafted(session, category="ride", attributes={"vehicle": "van", "passengers": "two"})
    assert refusal.value.field == "attributes.passengers"


def test_a_cancellation_policy_is_one_of_the_market_s(session: Session) -> None:
    with pytest.raises(ContentUnfit) as refusal:
        cast.drafted(session, cancellation_policy="lenient")
    assert refusal.value.field == "cancellation_policy"


def test_nobody_drafts_under_somebody_else_s_profile(session: Session, at: datetime) -> None:
    profile = cast.ellen(session)
    with pytest.raises(ProviderProfileNotFound):
        offers.draft(
            session,
            profile_id=profile.id,
            category_id=cast.category(session, "task").id,
            content=Content(title="Task", price_amount=1),
            by=cast.actor(cast.ben(session)),
            at=at,
        )


@pytest.mark.parametrize("verb", ["edit", "publish", "pause", "archive", "add", "change", "retire"])
def test_who_is_not_the_provider_learns_of_no_offer_to_change(
    session: Session, at: datetime, verb: str
) -> None:
    offer, ben = cast.offer(session), cast.actor(cast.ben(session))
    option = OptionContent(title="Ironing", price_amount=1)
    tries: dict[str, Any] = {
        "edit": lambda: offers.edit(session, offer.id, offers.content_of(offer), by=ben, at=at),
        "publish": lambda: offers.publish(session, offer.id, by=ben, at=at),
        "pause": lambda: offers.pause(session, offer.id, by=ben, at=at),
        "archive": lambda: offers.archive(session, offer.id, by=ben, at=at),
        "add": lambda: offers.add_option(session, offer.id, option, by=ben, at=at),
        "change": lambda: offers.edit_option(session, offer.id, new(), option, by=ben, at=at),
        "retire": lambda: offers.retire_option(session, offer.id, new(), by=ben, at=at),
    }
    with pytest.raises(OfferUnknown):
        tries[verb]()


def test_a_pause_stops_new_bookings_and_publishing_starts_them_again(session: Session, at: datetime) -> None:
    offer = cast.offer(session, at=at)
    offers.pause(session, offer.id, by=by(offer), at=at)
    assert offers.bookable(offers.terms(session, offer.id)) == [Unbookable.NOT_PUBLISHED]
    assert offers.public_offer(session, offer.id).offer == offer
    later = at + timedelta(days=1)
    offers.publish(session, offer.id, by=by(offer), at=later)
    assert (offer.state, offer.published_at) == (OfferState.PUBLISHED, at)


def test_doing_it_twice_changes_nothing(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    for verb in (offers.publish, offers.pause, offers.archive):
        version = verb(session, offer.id, by=by(offer), at=at).version
        assert verb(session, offer.id, by=by(offer), at=at).version == version
    for _ in range(2):
        hidden = offers.hide(session, offer.id, reason="Not what it says.", by=MODERATOR, at=at)
    assert hidden.version == version + 1


def test_what_is_archived_stays_as_it_is(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    offers.archive(session, offer.id, by=by(offer), at=at)
    with pytest.raises(TransitionNotAllowed):
        offers.publish(session, offer.id, by=by(offer), at=at)
    with pytest.raises(TransitionNotAllowed) as refusal:
        offers.edit(session, offer.id, offers.content_of(offer), by=by(offer), at=at)
    assert refusal.value.extras["allowed"] == []
    with pytest.raises(OfferUnknown):
        offers.public_offer(session, offer.id)


def test_a_hidden_offer_is_neither_seen_nor_booked_until_it_is_shown_again(
    session: Session, at: datetime
) -> None:
    offer = cast.offer(session)
    offers.hide(session, offer.id, reason="Not what it says.", by=MODERATOR, at=at)
    assert offers.bookable(offers.terms(session, offer.id)) == [Unbookable.HIDDEN]
    with pytest.raises(OfferUnknown):
        offers.public_offer(session, offer.id)
    own = offers.own_offer(session, offer.id, offer.provider_user_id).offer
    assert own.hidden_reason == "Not what it says."
    offers.unhide(session, offer.id, by=MODERATOR, at=at)
    assert offers.bookable(offers.terms(session, offer.id)) == []


def test_who_does_not_moderate_the_market_hides_nothing(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    for someone in (cast.actor(cast.ben(session)), by(offer)):
        with pytest.raises(Forbidden):
            offers.hide(session, offer.id, reason="Envy.", by=someone, at=at)
        with pytest.raises(Forbidden):
            offers.unhide(session, offer.id, by=someone, at=at)


def test_a_suspended_provider_s_offers_take_no_bookings_and_are_not_published(
    session: Session, at: datetime
) -> None:
    offer, draft = cast.offer(session), cast.drafted(session)
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    providers.apply_transition(
        session,
        offer.profile_id,
        providers.ProviderTransition.SUSPEND,
        by=operator,
        reason_code="complaint",
        at=at,
    )
    terms = offers.terms(session, offer.id)
    assert offers.bookable(terms) == [Unbookable.PROVIDER_NOT_TAKING_BOOKINGS]
    with pytest.raises(CapabilityMissing):
        offers.publish(session, draft.id, by=by(draft), at=at)
    with pytest.raises(CapabilityMissing):
        cast.drafted(session)


def test_who_changes_a_copy_that_is_not_the_newest_is_told_so(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    with pytest.raises(Stale):
        offers.edit(session, offer.id, offers.content_of(offer), by=by(offer), at=at, if_match=1)
    offers.edit(session, offer.id, offers.content_of(offer), by=by(offer), at=at, if_match=2)
    assert offer.version == 3


def test_terms_hold_everything_in_one_statement(session: Session, at: datetime) -> None:
    offer = cast.offer(session, category="stay", price_amount=9_900, buffer_after_minutes=120)
    breakfast = OptionContent(title="Breakfast", price_amount=900, per=OptionPer.UNIT, most=4, position=1)
    cot = OptionContent(title="Cot", price_amount=1_500, minutes=15)
    first = offers.add_option(session, offer.id, breakfast, by=by(offer), at=at)
    second = offers.add_option(session, offer.id, cot, by=by(offer), at=at)
    gone = offers.add_option(session, offer.id, cot, by=by(offer), at=at)
    offers.retire_option(session, offer.id, gone.id, by=by(offer), at=at)
    statements: list[str] = []
    count = lambda _c, _k, statement, *_: statements.append(statement)  # noqa: E731 -- heard once
    session.flush()
    event.listen(session.connection(), "before_cursor_execute", count)
    terms = offers.terms(session, offer.id)
    event.remove(session.connection(), "before_cursor_execute", count)
    assert len(statements) == 1
    assert [option.option_id for option in terms.options] == [second.id, first.id]
    assert [option.option_id for option in terms.retired_options] == [gone.id]
    assert terms.retired_options[0].retired_at == at
    assert terms.option(first.id) == terms.options[1]
    assert terms.option(gone.id) is None
    assert (terms.shortest_minutes, terms.longest_minutes) == (1_440, 14_400)
    assert (terms.profile_state, terms.latitude) == (providers.ProviderProfileState.APPROVED, offer.latitude)
    assert terms.check_in_at == offer.check_in_at
    assert (terms.category_slug, terms.buffer_after_minutes) == ("stay", 120)


def test_the_terms_of_many_offers_leave_out_those_that_do_not_exist(session: Session) -> None:
    offer = cast.offer(session)
    assert set(offers.terms_of(session, [offer.id, new()])) == {offer.id}
    with pytest.raises(OfferUnknown):
        offers.terms(session, new())


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("price_amount = -1", "offers_are_not_paid_for_taking"),
        ("maximum_minutes = 30", "offers_last_a_while"),
        ("buffer_before_minutes = -1", "offers_keep_no_negative_time"),
        ("horizon_days = 0", "offers_look_two_years_ahead_at_most"),
        ("seats = 0", "offers_have_seats"),
        ("check_in_at = '15:00'", "offers_let_in_and_out"),
        ("blurred_latitude = NULL", "offers_are_somewhere_or_nowhere"),
        ("latitude = 91", "offers_are_on_the_globe"),
        ("hidden_at = now()", "offers_are_hidden_for_a_reason"),
        ("published_at = NULL", "offers_know_their_day"),
        ("version = 0", "offers_versions_count_from_one"),
        ("state = 'gone'", "offers_state_known"),
    ],
)
def test_the_database_refuses_what_no_offer_can_be(session: Session, change: str, constraint: str) -> None:
    cast.offer(session)
    with pytest.raises(IntegrityError, match=constraint):
        session.execute(text(f"UPDATE offers SET {change}"))  # noqa: S608 -- the table above


def test_a_provider_turns_the_pages_of_their_own_offers(session: Session) -> None:
    mine = [cast.drafted(session).id for _ in range(3)]
    cast.drafted(session, provider=cast.farah(session))
    user_id = cast.ellen(session).user_id
    page = offers.offers_of(session, user_id, after=None, limit=2)
    rest = offers.offers_of(session, user_id, after=page.next_cursor, limit=2)
    assert [found.offer.id for found in [*page.items, *rest.items]] == mine[::-1]
