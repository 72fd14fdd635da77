"""What is told voluntarily as evidence is read by contributions alone: no price, search or reminder can.

Two ways to be sure: nothing outside this noun names the table or the words that lead to it (a fingerprint
tells nothing of it); and the database is asked which statements touch it while prices and search are asked.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from domain import contributions, search
from domain.contributions import attestations
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.contributions.claims import Evidence
from domain.contributions.errors import ContributionNotFound
from tests.domain.contributions.claims_factory import DAY, ClaimsFactory, caller_of_id, claims_factory
from tests.house.source import ROOT

TABLE = re.compile(r"contribution_evidence|ContributionEvidence|get_evidence")
# Who may name it: the noun itself, the one route that asks it, and the migration that makes the table.
MAY = ("domain/contributions/", "api/routes/contributions.py", "migrations/")
# Within the noun: who keeps it, who shows it to those who may see it, and who counts that it is there.
ROOMS = {"__init__", "models", "queries", "submission", "access", "invariants"}
SECRET = "My knee has hurt since the winter. "


@pytest.fixture
def factory(session: Session, at) -> ClaimsFactory:
    return claims_factory(session, at)


def _named_in(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*.py") if ".venv" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


@pytest.mark.parametrize("house", ["domain", "api", "workers", "ops", "bench"])
def test_nobody_else_names_the_table(house: str):
    naming = {path for path, source in _named_in(ROOT / house).items() if TABLE.search(source)}
    strangers = {path for path in naming if not path.startswith(MAY)}
    assert not strangers, (
        f"{sorted(strangers)} would read what people told voluntarily. Prices, search and reminders to pay "
        "must not know of it: ask for a fact about the contribution instead."
    )


def test_within_the_noun_few_rooms_open_it():
    opening = {
        Path(path).stem
        for path, source in _named_in(ROOT / "domain" / "contributions").items()
        if re.search(r"contribution_evidence|ContributionEvidence|get_evidence|get_evidence_document", source)
    }
    assert opening <= ROOMS, f"{sorted(opening - ROOMS)}: values, standing and draws are counted without it."


def test_no_module_below_knows_contributions_at_all():
    lower = [house for house in (ROOT / "domain").iterdir() if house.is_dir()]
    above_or_beside = {"contributions", "ratings", "search", "foundation"}
    for house in lower:
        if house.name not in above_or_beside:
            sources = _named_in(house)
            assert not [path for path, source in sources.items() if "domain.contributions" in source]
            assert not [path for path, source in sources.items() if "FROM contributions" in source]


def test_prices_and_search_touch_no_table_of_contributions(factory):
    factory.submits(factory.claim(evidence=Evidence(SECRET * 30)))
    attestation: list[str] = []
    connection = factory.session.connection()

    def listen(_connection, _cursor, statement, *_rest) -> None:
        attestation.append(statement)

    event.listen(connection, "before_cursor_execute", listen)
    try:
        factory.scene.make_quote(start=factory.now + 7 * DAY, at=factory.now)
        query = search.Wanted(market=factory.market.slug)
        assert search.find(factory.session, query, after=None, limit=10, at=factory.now).items
    finally:
        event.remove(connection, "before_cursor_execute", listen)
    assert attestation
    assert not [statement for statement in attestation if "contribution_evidence" in statement]
    assert not [statement for statement in attestation if re.search(r"\bcontributions\b", statement)]


def test_only_who_gave_who_is_asked_and_who_moderates_sees_it(factory):
    factory.neighbours(4)
    contribution = factory.checked(factory.claim(evidence=Evidence(SECRET * 30)))
    member = factory.open_seats(contribution)[0]
    for by in (factory.aino, factory.mira, caller_of_id(factory.session, member.attester_id)):
        assert (
            SECRET.strip() in contributions.get_evidence(factory.session, contribution.id, by=by)["statement"]
        )
    for by in (factory.ben, factory.neighbour()):  # nobody asked them
        with pytest.raises(ContributionNotFound):
            contributions.get_evidence(factory.session, contribution.id, by=by)


def test_who_declined_does_not_see_it_any_more(factory):
    factory.neighbours(5)
    contribution = factory.checked()
    member = factory.open_seats(contribution)[0]
    by = caller_of_id(factory.session, member.attester_id)
    attestations.attest(
        factory.session, member.id, AttestationAnswer(AttestationVerdict.DECLINE), by=by, at=factory.now
    )
    with pytest.raises(ContributionNotFound):
        contributions.get_evidence(factory.session, contribution.id, by=by)


def test_no_fact_tells_of_it(factory):
    factory.checked(factory.claim(evidence=Evidence(SECRET * 30)))
    fields = factory.session.execute(text("SELECT count(*) FROM events WHERE data::text LIKE '%knee%'"))
    assert fields.scalar_one() == 0
