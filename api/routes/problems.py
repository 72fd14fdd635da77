"""A page for every refusal: what it means and what to do. `type` in a problem leads here."""

from html import escape

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import problems
from domain.foundation.errors import DomainError

router = APIRouter(prefix="/problems", tags=["problems"])

_STYLE = (
    "body{font:17px/1.6 Georgia,serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222}"
    "code,small{font:14px ui-monospace,monospace;color:#666}a{color:#185}li{margin:.4rem 0}"
)
_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
)


@router.get("", operation_id="problems", response_class=HTMLResponse)
async def list_problems() -> str:
    """All refusals there are, each with its page."""
    rows = "".join(
        f'<li><a href="/problems/{kind.slug}">{escape(kind.title)}</a> <small>{_label(kind)}</small></li>'
        for kind in domain_error_classes()
    )
    return _page("Problems", f"<h1>Problems</h1><ul>{rows}</ul>")


@router.get(
    "/{slug}",
    operation_id="problem",
    response_class=HTMLResponse,
    responses={404: {"description": "No refusal has this slug."}},
)
async def get_problem(slug: str) -> Response:
    """What one refusal means."""
    kind = next((kind for kind in domain_error_classes() if kind.slug == slug), None)
    if kind is None:
        return problems.response(problems.NoSuchRoute("No refusal has this slug; see /problems."))
    body = (
        f"<p><small>{_label(kind)}</small></p><h1>{escape(kind.title)}</h1>"
        f"<p>{escape(' '.join((kind.__doc__ or '').split()))}</p><p><a href='/problems'>All problems</a></p>"
    )
    return HTMLResponse(_page(kind.title, body))


def domain_error_classes() -> list[type[DomainError]]:
    """Every refusal with a status, by slug."""
    return DomainError.all_classes()


def _label(kind: type[DomainError]) -> str:
    return f"{problems.status_of(kind)} {kind.slug}"


def _page(title: str, body: str) -> str:
    return f"{_HEAD}<title>{escape(title)} – Talkoo</title><style>{_STYLE}</style>{body}</html>"
