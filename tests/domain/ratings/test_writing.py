"""Writing, revealing, editing, replying: what the two parties of a booking do with their words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain import ratings
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.foundation.errors import DomainError, Stale
from domain.ratings import (
    Content,
    Dimension,
    Note,
    Review,
    ReviewPrivateNote,
    ReviewReply,
    ReviewState,
    ReviewVersion,
)
from domain.ratings.errors import (
    DimensionsUnfit,
    RepliedAlready,
    ReplyTooLate,
    ReviewFinal,
    ReviewNotFound,
    ReviewWindowOver,
)
from tests.domain.bookings.booking_factory import HOUR
from tests.domain.ratings.stagecraft import DAY, Play, play

SECOND = timedelta(seconds=1)


@pytest.fixture
def here(session: Session, at: datetime) -> Play:
    return play(session, at)


def test_one_review_alone_stays_sealed(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, 1, at=here.over)
    assert (review.state, review.revealed_at) == (ReviewState.SEALED, None)
    assert not ratings.reveal(here.session, booking.id, at=here.over + 14 * DAY - SECOND)
    for side in (here.scene.aino, here.scene.ellen, here.scene.otto):
        seen = ratings.of_booking(here.session, booking.id, by=side)
        assert (seen.reviews, seen.note) == ([], None)
    assert ratings.about_provider(here.session, booking.profile_id, after=None, limit=9).items == []


def test_both_are_revealed_when_the_second_is_in(here: Play):
    booking, first, second = here.reviewed((1, 5))
    assert {first.revealed_at, second.revealed_at} == {here.over + 2 * HOUR}
    assert {first.state, second.state} == {ReviewState.PUBLISHED}
    names = [row.name for row in events.subject_history(here.session, booking.id)]
    assert names.count("review.revealed") == 1


def test_the_second_reveals_both_even_if_its_clock_is_behind_the_firsts(here: Play):
    """Found by a hundred parallel tries: who waited for the lock came with the earlier instant."""
    booking = here.completed()
    first = here.writes("ellen", booking.id, at=here.over + HOUR)
    here.writes("aino", booking.id, at=here.over + HOUR - SECOND)
    assert (first.state, first.revealed_at) == (ReviewState.PUBLISHED, here.over + HOUR)


def test_the_clock_reveals_after_fourteen_days_what_there_is_as_of_then(here: Play):
    booking, nothing = here.completed(), here.completed(days=1)
    review = here.writes("ellen", booking.id, 2, at=here.over)
    ratings.open_window(here.session, nothing.id)
    late = here.over + 20 * DAY
    assert ratings.due(here.session, at=late, limit=9) == [booking.id, nothing.id]
    for one in (booking, nothing):
        assert ratings.reveal(here.session, one.id, at=late)
        assert not ratings.reveal(here.session, one.id, at=late)
    assert review.revealed_at == here.over + 14 * DAY
    assert ratings.due(here.session, at=late, limit=9) == []
    assert "review.revealed" not in [row.name for row in events.subject_history(here.session, nothing.id)]


def test_everything_can_be_written_anew_until_the_reveal_and_history_is_kept(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, 5, at=here.over)
    anew = Content(1, "fi", "Ei.", {Dimension.QUALITY: 2}, Note(to_platform="Look at this."))
    review = ratings.edit(here.session, booking.id, anew, by=here.scene.aino, at=here.over + DAY)
    assert ratings.content_of(here.session, review) == anew
    assert (review.version, review.edited_at) == (2, here.over + DAY)
    kept = here.session.exec(select(ReviewVersion).order_by(ReviewVersion.version)).all()
    assert [(one.version, one.stars, one.locale) for one in kept] == [(1, 5, "en"), (2, 1, "fi")]
    with pytest.raises(Stale):
        ratings.edit(here.session, booking.id, anew, by=here.scene.aino, at=here.over + DAY, if_match=1)


def test_saying_the_same_again_changes_nothing(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, 5, at=here.over)
    same = ratings.content_of(here.session, review)
    assert (
        ratings.edit(here.session, booking.id, same, by=here.scene.aino, at=here.over + 99 * DAY).version == 1
    )


def test_after_the_close_nothing_is_edited_before_the_sweep_reveals_it(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, 5, at=here.over)
    with pytest.raises(ReviewWindowOver):
        ratings.edit(here.session, booking.id, Content(1, "en"), by=here.scene.aino, at=here.over + 14 * DAY)


@pytest.mark.parametrize(
    ("content", "after", "is_fine"),
    [
        (Content(4, "en", "Better words."), 48 * HOUR, True),
        (Content(4, "fi", "Paremmin."), HOUR, True),
        (Content(4, "en", "Too late."), 48 * HOUR + SECOND, False),
        (Content(1, "en", "Revenge."), HOUR, False),
        (Content(4, "en", "aino says so.", {Dimension.VALUE: 1}), HOUR, False),
        (Content(4, "en", "aino says so.", {}, Note(to_other="Ha.")), HOUR, False),
    ],
)
def test_after_the_reveal_only_the_text_changes_for_two_days(here: Play, content, after, is_fine):
    booking, review, _ = here.reviewed((4, 5))
    assert review.revealed_at is not None
    at = review.revealed_at + after
    if is_fine:
        edited = ratings.edit(here.session, booking.id, content, by=here.scene.aino, at=at)
        assert (edited.stars, edited.text, edited.version) == (4, content.text, 2)
    else:
        with pytest.raises(ReviewFinal):
            ratings.edit(here.session, booking.id, content, by=here.scene.aino, at=at)


@pytest.mark.parametrize("change", ["stars = 1", "dimensions = '{\"quality\": 1}'", "revealed_at = NULL"])
def test_the_database_keeps_revealed_stars(here: Play, change: str):
    here.reviewed()
    with pytest.raises(IntegrityError, match="not rated anew"), here.session.begin_nested():
        here.session.execute(text(f"UPDATE reviews SET {change}"))  # noqa: S608 -- a row of the table above


@pytest.mark.parametrize(
    "change", ["author_id = subject_id", "author_side = 'provider'", "submitted_at = now()"]
)
def test_the_database_keeps_who_said_what_of_whom(here: Play, change: str):
    booking = here.completed()
    here.writes("aino", booking.id, at=here.over)
    with pytest.raises(IntegrityError), here.session.begin_nested():
        here.session.execute(text(f"UPDATE reviews SET {change}"))  # noqa: S608 -- a row of the table above


def test_a_side_rates_only_what_it_can_know(here: Play):
    booking = here.completed()
    with pytest.raises(DimensionsUnfit) as refused:
        here.writes("ellen", booking.id, at=here.over, dimensions={Dimension.VALUE: 5})
    assert refused.value.extras["known"] == ["care", "communication", "punctuality", "rules"]


def test_the_parties_see_the_pair_and_each_what_was_said_to_them_alone(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, 3, at=here.over, note=Note(None, "You hum.", "They hum."))
    here.writes("ellen", booking.id, 5, at=here.over)
    seen = {
        name: ratings.of_booking(here.session, booking.id, by=getattr(here.scene, name))
        for name in ("aino", "ellen", "otto")
    }
    assert [one.stars for one in seen["ellen"].reviews] == [3, 5]
    assert {name: one.note for name, one in seen.items()} == {"aino": None, "ellen": "You hum.", "otto": None}


def test_the_world_sees_what_is_published_the_latest_first_page_by_page(here: Play):
    made = [here.reviewed((stars, 5), days=day) for day, stars in enumerate((1, 2, 3))]
    profile_id = made[0][0].profile_id
    first = ratings.about_provider(here.session, profile_id, after=None, limit=2)
    second = ratings.about_provider(here.session, profile_id, after=first.next_cursor, limit=2)
    assert [[one.stars for one in page.items] for page in (first, second)] == [[3, 2], [1]]
    assert {one.author_name for one in first.items} == {"Aino"}
    about_aino = ratings.about_customer(here.session, here.scene.aino.user_id, after=None, limit=9)
    assert [(one.stars, one.author_name) for one in about_aino.items] == [(5, "Ellen")] * 3


def test_who_was_reviewed_replies_once_within_thirty_days(here: Play):
    _, review, _ = here.reviewed()
    assert review.revealed_at is not None
    for stranger in ("aino", "ben", "otto"):
        with pytest.raises(ReviewNotFound):
            ratings.reply(
                here.session, review.id, "Hm.", by=getattr(here.scene, stranger), at=review.revealed_at
            )
    with pytest.raises(ReplyTooLate):
        ratings.reply(
            here.session, review.id, "Hm.", by=here.scene.ellen, at=review.revealed_at + 30 * DAY + SECOND
        )
    at = review.revealed_at + 30 * DAY
    ratings.reply(here.session, review.id, "Thank you.", by=here.scene.ellen, at=at)
    with pytest.raises(RepliedAlready):
        ratings.reply(here.session, review.id, "And more.", by=here.scene.ellen, at=at)
    (shown,) = ratings.about_provider(here.session, _profile(here), after=None, limit=9).items
    assert shown.reply == ratings.Reply("Thank you.", at)


def test_a_sealed_review_has_no_reply_and_is_nobody_elses_to_know_of(here: Play):
    booking = here.completed()
    review = here.writes("aino", booking.id, at=here.over)
    with pytest.raises(ReviewNotFound):
        ratings.reply(here.session, review.id, "Hm.", by=here.scene.ellen, at=here.over)
    with pytest.raises(ReviewNotFound):
        ratings.own(here.session, booking.id, by=here.scene.ellen)


def test_erasing_an_author_takes_the_words_and_keeps_the_numbers(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, 2, at=here.over, note=Note(to_other="canary"), text="canary")
    ratings.edit(here.session, booking.id, Content(2, "en", "canary again"), by=here.scene.aino, at=here.over)
    hers = here.writes("ellen", booking.id, 5, at=here.over)
    ratings.reply(here.session, hers.id, "canary", by=here.scene.aino, at=here.over + DAY)
    for erased in (1, 0):
        assert (
            ratings.erase_author(here.session, here.scene.aino.user_id, by=SYSTEM, at=here.over + 2 * DAY)
            == erased
        )
    (shown,) = ratings.about_provider(here.session, booking.profile_id, after=None, limit=9).items
    assert (shown.stars, shown.text, shown.author_name) == (2, None, None)
    for model in (Review, ReviewVersion, ReviewReply, ReviewPrivateNote):
        assert "canary" not in repr(here.session.exec(select(model)).all())
    (about_aino,) = ratings.about_customer(here.session, here.scene.aino.user_id, after=None, limit=9).items
    assert about_aino.reply == ratings.Reply(None, here.over + DAY)


def test_an_author_who_is_erased_while_it_is_sealed_leaves_the_number_to_be_revealed(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, 2, at=here.over)
    ratings.erase_author(here.session, here.scene.aino.user_id, by=SYSTEM, at=here.over)
    ratings.reveal(here.session, booking.id, at=here.over + 14 * DAY)
    (shown,) = ratings.about_provider(here.session, booking.profile_id, after=None, limit=9).items
    assert (shown.stars, shown.text) == (2, None)


def _profile(here: Play):
    return here.scene.offer.profile_id


def test_a_review_is_offered_exactly_to_whom_and_when_it_would_be_accepted(here: Play):
    booking = here.completed()
    here.writes("aino", booking.id, at=here.over + HOUR)
    end = here.over + 14 * DAY
    for by in (here.scene.aino, here.scene.ellen, here.scene.otto, here.scene.ben):
        for at in (here.over + 2 * HOUR, end - SECOND, end, end + SECOND):
            undone = here.session.begin_nested()
            try:
                ratings.submit(here.session, booking.id, Content(stars=4, locale="en"), by=by, at=at)
                accepted = True
            except DomainError:
                accepted = False
            finally:
                undone.rollback()
                here.session.expire_all()
            assert ratings.may_submit(here.session, booking, by=by, at=at) is accepted, (by.name, at)
    begun = here.scene.make_requested_booking(by=here.scene.ben, start=here.scene.start + 2 * DAY)
    assert not ratings.may_submit(here.session, begun, by=here.scene.ben, at=end)
