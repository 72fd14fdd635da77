"""`talkoo documents`: writes what is drawn from the code, so that it cannot grow old unnoticed.

The OpenAPI document, the list of problems, and the pictures of the lifecycles in ARCHITECTURE.md. House
tests compare each with what stands in the repository.
"""

from pathlib import Path
from typing import Any

import orjson
import typer

from api import app as api_app
from api import openapi, problems
from domain.bookings.lifecycle import BOOKINGS, PROPOSALS, TASKS
from domain.contributions import ATTESTATIONS, CALLS, COMMITMENTS, CONTRIBUTIONS
from domain.foundation.errors import DomainError
from domain.foundation.lifecycle import Lifecycle
from domain.hours import HOUR_TRANSFERS
from domain.offers.lifecycle import LIFECYCLE as OFFERS
from domain.providers.lifecycle import PROFILE_LIFECYCLE
from domain.ratings.lifecycle import REVIEWS

PICTURES: tuple[Lifecycle[Any, Any], ...] = (
    PROFILE_LIFECYCLE,
    OFFERS,
    BOOKINGS,
    PROPOSALS,
    TASKS,
    REVIEWS,
    CONTRIBUTIONS,
    ATTESTATIONS,
    CALLS,
    COMMITMENTS,
    HOUR_TRANSFERS,
)


def documents() -> None:
    """Write docs/openapi.json, docs/problems.md and the lifecycles' pictures in ARCHITECTURE.md again."""
    architecture = Path("ARCHITECTURE.md")
    for path, text in {
        Path("docs/openapi.json"): openapi_document(),
        Path("docs/problems.md"): problems_page(),
        architecture: with_pictures(architecture.read_text()),
    }.items():
        path.write_text(text)
        typer.echo(f"Wrote {path}")


def openapi_document() -> str:
    """The OpenAPI document, in an order that makes a change easy to read."""
    made = openapi.document(api_app.create())
    return orjson.dumps(
        made, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    ).decode()


def problems_page() -> str:
    """Every refusal with its status and its meaning, as Markdown."""
    api_app.routers()
    rows = [
        f"| `{kind.slug}` | {problems.status_of(kind)} | {kind.title} | {_meaning(kind)} |"
        for kind in DomainError.all_classes()
    ]
    head = (
        "# Problems\n\nEvery refusal of the API, by its slug. `type` in an answer is `/problems/<slug>`.\n\n"
    )
    table = "| Slug | Status | Title | Meaning |\n|---|---|---|---|\n"
    return head + table + "\n".join(rows) + "\n"


def with_pictures(text: str) -> str:
    """The text with the picture of each lifecycle between its marks drawn again."""
    for life in PICTURES:
        begin, end = f"<!-- lifecycle: {life.noun} -->", f"<!-- end: {life.noun} -->"
        drawn = f"{begin}\n```mermaid\n{life.mermaid_diagram()}\n```\n{end}"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + drawn + after
    return text


def _meaning(kind: type[DomainError]) -> str:
    return " ".join((kind.__doc__ or "").split())
