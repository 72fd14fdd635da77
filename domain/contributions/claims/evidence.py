"""What shows that a contribution was made: words, links, fingerprints of photos, and plain facts.

Two pieces of evidence are the same when they say the same about the same subject: case, spaces and order of
links do not make a difference. Pure; what is told here is for attesters and moderators alone.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from domain.contributions.errors import EvidenceIncomplete
from domain.contributions.kinds import TRAITS, ContributionKind

FactValue = str | int | bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement, links, photos by the SHA-256 of their files, and facts by name."""

    statement: str = ""
    links: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, object]:
        """As it is kept."""
        return {
            "statement": self.statement,
            "links": list(self.links),
            "photos": list(self.photos),
            "facts": dict(self.facts),
        }


def check_evidence(kind: ContributionKind, evidence: Evidence) -> None:
    """Refuse `EvidenceIncomplete` where a kind needs more than there is; photos count once each."""
    has = {
        "statement": len(_plain(evidence.statement)),
        "links": len(set(evidence.links)),
        "photos": len(set(evidence.photos)),
        "facts": len(evidence.facts),
    }
    missing = {part: least for part, least in TRAITS[kind].needs.items() if has[part] < least}
    if missing:
        requirements = ", ".join(f"{part}: at least {least}" for part, least in missing.items())
        raise EvidenceIncomplete(f"This kind needs {requirements}.", field="evidence", missing=missing)


def fingerprint(evidence: Evidence, subject_id: UUID | None, user_id: UUID) -> bytes:
    """SHA-256 of what the evidence says, in a form that spaces, case and order do not change.

    Evidence that says nothing at all stands for what is claimed, and is its contributor's own.
    """
    content: dict[str, object] = {
        "statement": _plain(evidence.statement),
        "links": sorted({link.strip().rstrip("/") for link in evidence.links}),
        "photos": sorted({photo.lower() for photo in evidence.photos}),
        "facts": {_plain(name): value for name, value in evidence.facts.items()},
        "subject": str(subject_id),
    }
    if not any([evidence.statement, evidence.links, evidence.photos, evidence.facts]):
        content["by"] = str(user_id)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).digest()


def _plain(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())
