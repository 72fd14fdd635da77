"""A town of five, in which a few contributions make a level: one person gives, the others confirm."""

from datetime import timedelta

from sqlmodel import Session, select

from domain import contributions
from domain.contributions import LevelDecision, LevelState
from domain.identity import Caller
from tests import cast
from tests.domain.contributions.circle import gave, neighbours
from tests.domain.contributions.neighbourhood import caller, helsinki

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Town:
    """Helsinki with rules small enough to meet in a test: three, five, six and seven contributions."""

    def __init__(self, session: Session, at, **sections) -> None:
        rules = [{"contributions": n} for n in (3, 5, 6, 7)]
        self.session, self.now = session, at
        self.market = helsinki(session, levels={"rules": rules} | sections)
        self.giver, *self.others = neighbours(session, 4)
        self.mira, self.otto = caller(session, cast.mira(session)), caller(session, cast.otto(session))

    @property
    def by_giver(self) -> Caller:
        return caller(self.session, self.session.get_one(cast.User, self.giver))

    def gives(self, how_many, *, days_ago=1, **more):
        """So many contributions, a day apart, for one after the other."""
        for place in range(how_many):
            at = self.now - (days_ago + place) * DAY
            confirmers = [self.others[place % len(self.others)]]
            gave(self.session, self.market, self.giver, confirmers, at=at, **more)

    def decides(self, at=None):
        at = at or self.now
        people = contributions.levels_to_be_asked(self.session, self.market.id, at=at, limit=100)
        return contributions.decide_levels(self.session, self.market.id, people, at=at)

    def state(self):
        return self.session.get(LevelState, (self.market.id, self.giver), populate_existing=True)

    def decisions(self):
        wanted = select(LevelDecision).where(LevelDecision.user_id == self.giver)
        return list(self.session.exec(wanted.order_by(LevelDecision.id)))

    def lost(self):
        """The decision by which the giver lost their level, long after the last they gave."""
        self.gives(5)
        self.decides()
        for weeks in (16, 17):
            self.decides(self.now + weeks * WEEK)
        return self.decisions()[-1]
