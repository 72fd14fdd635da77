"""Offers that were written without their words, by the worker that runs in production."""

from sqlalchemy import text

from domain import search
from tests import cast
from workers import identity, offers
from workers.task import Work


def test_offers_written_by_older_code_are_found_after_the_job(transactions, at):
    work = Work(transactions, gateway=None)
    with transactions() as session:
        cast.offer(session, title="Ironing")
        session.execute(text("UPDATE offers SET title = 'Node.js lessons'"))
    assert offers.analyse_words(work, at) == 1
    assert offers.analyse_words(work, at) == 0
    with transactions() as session:
        wanted = search.Wanted(market="helsinki", words="nodejs")
        assert len(search.find(session, wanted, after=None, limit=5, at=at).items) == 1


def test_a_changed_analyser_reads_every_offer_again(transactions, at):
    work = Work(transactions, gateway=None)
    with transactions() as session:
        cast.offer(session, title="Ironing")
        session.execute(text("UPDATE offers SET words = NULL, words_of = NULL"))
    assert offers.analyse_words(work, at) == 1


def test_addresses_written_by_older_code_get_their_keys(transactions, at):
    work = Work(transactions, gateway=None)
    with transactions() as session:
        person = cast.user(session, "Aino")
    assert identity.assign_email_keys(work, at) >= 1
    assert identity.assign_email_keys(work, at) == 0
    with transactions() as session:
        key = session.execute(text("SELECT email_key FROM users WHERE id = :id"), {"id": person.id})
        assert key.scalar_one() == "aino@example.org"
