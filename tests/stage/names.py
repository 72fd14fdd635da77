"""What is on the stage, by the words in which tests speak of it, and a living session for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.foundation import ids
from tests.stage import claims_data, claw_backs_data, levels_data
from tests.stage.till import CrashingGateway

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# What the names of the stage mean on the wire.
PREFIXES = {
    "market": "mkt", "other_market": "mkt", "category": "cat", "quote": "quo", "bens_quote": "quo",
    "offer": "ofr", "draft": "ofr", "hidden": "ofr", "farahs_offer": "ofr", "task": "ofr", "lesson": "ofr",
    "clearing": "tsk", "soap": "tsk", "helped": "bkg", "differed": "bkg", "to_do": "btk", "undone": "btk",
    "differing": "btk",
    "ride": "ofr", "stay": "ofr", "option": "opt", "calendar": "res", "sauna": "res", "exception": "exc",
    "block": "hld", "grant": "rol", "payment": "pay", "unsettled": "pay", "proposal": "prp",
    "disputed_payment": "pay", "card_dispute": "cdp",
    "ellens_profile": "prv", "farahs_profile": "prv", "applied": "prv", "in_review": "prv",
    "changes_requested": "prv", "suspended_profile": "prv",
    "pending": "bkg", "requested": "bkg", "confirmed": "bkg", "proposed": "bkg", "starting": "bkg",
    "running": "bkg", "no_show": "bkg", "delivered": "bkg", "disputed": "bkg", "answered": "bkg",
    "completed": "bkg", "called_off": "bkg", "bens": "bkg", "aino": "usr", "ben": "usr",
    "sulo": "usr", "farah": "usr",
    "session": "ses", "emergency": "eme", "snapshot": "snp", "reviewable": "bkg", "half_reviewed": "bkg",
    "reviewed": "bkg", "waiting": "bkg", "review": "rev", "decision": "rdc", "appealed": "rdc",
    "hours_said": "hrt", "hours_asked": "hrt", "pot": "pot", "purpose": "pot", "patronage": "ptr",
    **claims_data.PREFIXES, **claw_backs_data.PREFIXES, **levels_data.PREFIXES,
}  # fmt: skip


@dataclass
class Stage:
    """The market as it was built: what is in it, and a living session for everybody."""

    at: datetime
    till: CrashingGateway
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """`{day_3}` is the full hour three days from now, `{day_3_later}` two hours after that."""
        hour = self.at.replace(minute=0, second=0, microsecond=0)
        for day in range(61):
            start = hour + day * DAY
            self.names[f"day_{day}"] = f"{start:%Y-%m-%dT%H:%M:%SZ}"
            self.names[f"day_{day}_later"] = f"{start + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
            self.names[f"date_{day}"] = f"{start:%Y-%m-%d}"

    def named(self, name: str, value: UUID) -> None:
        """Let the tests speak of this as `name`."""
        self.ids[name], self.names[name] = value, ids.encode(PREFIXES[name], value)

    def filled(self, template: Any) -> Any:
        """The template with every `{name}` replaced, in strings at any depth."""
        if isinstance(template, str):
            return template.format_map(self.names) if "{" in template else template
        if isinstance(template, Mapping):
            return {key: self.filled(value) for key, value in template.items()}
        if isinstance(template, list | tuple):
            return [self.filled(value) for value in template]
        return template
