"""A town of five, in which a few contributions make a level: one person gives, the others confirm."""

from datetime import timedelta

from sqlmodel import Session, select

from domain.contributions import standing_inputs
from domain.identity import Caller
from domain.standing import LevelDecision, LevelState
from tests import cast
from tests.domain.contributions.confirmed_contributions import confirmed_contribution, create_users
from tests.domain.contributions.contribution_market import caller_of, create_market

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class LevelsFactory:
    """Helsinki with rules small enough to meet in a test: three, five, six and seven contributions."""

    def __init__(self, session: Session, at, **sections) -> None:
        rules = [{"contributions": n} for n in (3, 5, 6, 7)]
        self.session, self.now = session, at
        self.market = create_market(session, levels={"rules": rules} | sections)
        self.giver, *self.others = create_users(session, 4)
        self.mira, self.otto = caller_of(session, cast.mira(session)), caller_of(session, cast.otto(session))

    @property
    def by_giver(self) -> Caller:
        return caller_of(self.session, self.session.get_one(cast.User, self.giver))

    def contribute(self, how_many, *, days_ago=1, **more):
        """So many contributions, a day apart, for one after the other."""
        for place in range(how_many):
            at = self.now - (days_ago + place) * DAY
            confirmers = [self.others[place % len(self.others)]]
            confirmed_contribution(self.session, self.market, self.giver, confirmers, at=at, **more)

    def decide(self, at=None):
        at = at or self.now
        people = standing_inputs.users_due_for_level(self.session, self.market.id, at=at, limit=100)
        return standing_inputs.decide_levels(self.session, self.market.id, people, at=at)

    def state(self):
        return self.session.get(LevelState, (self.market.id, self.giver), populate_existing=True)

    def decisions(self):
        query = select(LevelDecision).where(LevelDecision.user_id == self.giver)
        return list(self.session.exec(query.order_by(LevelDecision.id)))

    def lost(self):
        """The decision by which the giver lost their level, long after the last they gave."""
        self.contribute(5)
        self.decide()
        for weeks in (16, 17):
            self.decide(self.now + weeks * WEEK)
        return self.decisions()[-1]
