"""Our application with one route more, which does nothing: what the house costs before a noun begins."""

from fastapi import FastAPI

from api import app
from api.schemas.common import View
from api.transaction import Router

NOTHING = "/nothing"


class NothingView(View):
    """Hardly anything."""

    well: bool


def create() -> FastAPI:
    """The application as it is served, and the empty route."""
    served = app.create()
    router = Router(tags=["bench"])

    @router.get(NOTHING, may="search.find")
    def answer_nothing() -> NothingView:
        """Answer with as little as there is."""
        return NothingView(well=True)

    served.include_router(router.inner)
    return served
