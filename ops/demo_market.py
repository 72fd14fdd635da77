"""`talkoo seed`: the demo market, planted through the API's front door."""

from typing import Annotated

import typer


def seed(
    base_url: Annotated[str, typer.Argument(help="Where the API answers.")] = "http://127.0.0.1:8000",
) -> None:
    """Plant the demo market: neighbours, offers, a sign-in to play with. Twice does no harm."""
    from ops.demo.seed import plant  # noqa: PLC0415  only this command needs the cast and its stories

    plant(base_url)
