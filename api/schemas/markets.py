"""Schemas of markets and policies. A policy has the shape of the domain's value, which is stored as sent."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from api.schemas.common import Currency, Instant, Name, RequestBody, View, ZoneName
from domain import contributions, surge
from domain.foundation.ids import MarketId, PolicyVersionId
from domain.foundation.text.json_text import NO_NUL, JsonDocument
from domain.foundation.text.text_types import TEXT
from domain.markets import MarketPolicy, PolicyVersion

Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60),
    Field(description="The name in URLs: lower-case letters, digits and hyphens.", examples=["helsinki"]),
]
TimeZone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[\w+-]+(/[\w+-]+)*$"),
    Field(description="A name of the IANA time zone database.", examples=["Europe/Helsinki"]),
]


def _check_surge_rules(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document. Raises an error with the path of the field if it is not a surge policy."""
    surge.read_policy(document)
    return document


def _check_contribution_rules(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the document. Raises an error with the path of the field if it is not a contribution policy."""
    contributions.parse_policy(document)
    return document


class MarketPolicyRules(MarketPolicy):
    """A policy to publish, with validated surge and contribution rules."""

    surge: Annotated[JsonDocument, AfterValidator(_check_surge_rules)] = Field(default_factory=dict)
    contributions: Annotated[JsonDocument, AfterValidator(_check_contribution_rules)] = Field(
        default_factory=dict
    )


class CreateMarketRequest(RequestBody):
    """A market to create. Rules left out of its policy have their defaults."""

    model_config = RequestBody.example(
        {
            "slug": "tampere",
            "name": "Tampere",
            "currency": "EUR",
            "time_zone": "Europe/Helsinki",
            "locale": "fi-FI",
            "country": "FI",
            "policy": {"service_fee_bp": 400, "segments": ["students"]},
        }
    )

    slug: Slug
    name: Name
    currency: Currency
    time_zone: TimeZone
    locale: Annotated[str, StringConstraints(max_length=20), Field(description="BCP 47.", examples=["fi-FI"])]
    country: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Z]{2}$"),
        Field(description="ISO 3166-1 alpha-2.", examples=["FI"]),
    ]
    policy: MarketPolicyRules = MarketPolicyRules()


class MarketView(View):
    """A market with its currency, time zone, locale and country."""

    id: MarketId
    slug: str
    name: str
    currency: Currency
    time_zone: ZoneName
    locale: str
    country: str
    created_at: Instant


class PublishPolicyRequest(RequestBody):
    """The complete next version of a market's policy, in force from `active_from` or at once."""

    model_config = RequestBody.example(
        {
            "rules": {
                "service_fee_bp": 600,
                "commission_bp": 900,
                "tax": {"name": "ALV", "rate_bp": 2550, "applies_to": "service_fee", "inclusive": True},
                "cancellation_policies": {
                    "kind": {
                        "grace_minutes": 120,
                        "tiers": [
                            {
                                "hours_before_start": 12,
                                "refund_bp": 10000,
                                "service_fee_refund_bp": 10000,
                            }
                        ],
                    }
                },
            },
            "note": "Fees follow the budget of 2027.",
        }
    )

    rules: MarketPolicyRules
    active_from: Instant | None = None
    note: Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL), TEXT] = ""


class PolicyVersionView(View):
    """A version of a market's policy. It never changes; every decision refers to its version."""

    id: PolicyVersionId
    market_id: MarketId
    version: int = Field(
        description="The number of the version, from one per market; send the latest as If-Match to publish."
    )
    rules: MarketPolicy
    active_from: Instant
    created_at: Instant
    note: str

    @classmethod
    def of(cls, version: PolicyVersion) -> Self:
        """The view of a version."""
        return cls(
            id=version.id,
            market_id=version.market_id,
            version=version.number,
            rules=version.rules,
            active_from=version.active_from,
            created_at=version.created_at,
            note=version.note,
        )
