"""What the shapes of the document are called. A generated client has one flat room for all of them.

Inside, a noun may say `State`, for its door says whose. In a client `State` would be whichever came first,
and the others `State1`, so what has a word of several nouns, or of none, bears its noun in front here. A name
that is out in the world stays: clients are compiled against it.
"""

from domain import (
    availability,
    bookings,
    contributions,
    identity,
    ledger,
    markets,
    offers,
    payments,
    pricing,
    providers,
    ratings,
    search,
    standing,
    surge,
)
from domain.contributions import attestations, integrity

CALLED: dict[type, str] = {
    availability.SlotUnavailableReason: "SlotUnavailableReason",
    bookings.RefundGround: "RefundGround",
    bookings.BookingReasonCode: "BookingReasonCode",
    bookings.BookingParty: "BookingParty",
    bookings.BookingState: "BookingState",
    contributions.ContributionFunder: "ContributionFunder",
    standing.StandingLevel: "StandingLevel",
    standing.StandingPrivilege: "StandingPrivilege",
    contributions.ContributionUnit: "ContributionUnit",
    attestations.AttestationVerdict: "AttestationVerdict",
    contributions.ContributionVerifier: "ContributionVerifier",
    integrity.ContributionSignalKind: "ContributionSignalKind",
    integrity.ContributionSignalOutcome: "ContributionSignalOutcome",
    identity.UserRole: "UserRole",
    identity.PermissionRule: "PermissionRule",
    ledger.LedgerSide: "LedgerSide",
    markets.MarketPolicy: "MarketPolicy",
    markets.CancellationTier: "CancellationTier",
    offers.Claim: "ResourceClaim",
    offers.Place: "OfferPlace",
    offers.Unbookable: "OfferUnbookable",
    offers.Unit: "OfferUnit",
    payments.LiableParty: "RefundLiable",
    pricing.Counted: "QuoteCountedIn",
    pricing.Effect: "TariffEffect",
    pricing.Party: "QuoteParty",
    pricing.Use: "CreditsUse",
    pricing.Way: "AlternativeWay",
    providers.ProviderCapability: "ProviderCapability",
    providers.ProviderProfileState: "ProviderState",
    ratings.AppealOutcome: "ReviewAppealOutcome",
    ratings.DecisionKind: "ReviewDecisionKind",
    ratings.DecisionReason: "ReviewDecisionReason",
    ratings.Dimension: "ReviewDimension",
    ratings.HoldReason: "ReviewHoldReason",
    ratings.Side: "ReviewSide",
    ratings.Tier: "ProviderTier",
    ratings.WindowReason: "ReviewWindowReason",
    search.Sort: "SearchSort",
    surge.Absence: "SurgeAbsence",
    surge.AuditKind: "SurgeAuditKind",
    surge.Limit: "SurgeLimit",
    surge.Livable: "SurgeLivable",
    surge.LiveRules: "SurgeLiveRules",
    surge.Mode: "SurgeMode",
    surge.Protection: "SurgeProtection",
    surge.ScheduledRules: "SurgeScheduledRules",
}


def called() -> dict[str, str]:
    """The name of each shape in `CALLED`, by the names that it is drawn under: alone, or among namesakes."""
    alone = {kind.__name__: name for kind, name in CALLED.items() if _is_alone(kind)}
    return alone | {_whole(kind): name for kind, name in CALLED.items()}


def _is_alone(kind: type) -> bool:
    return [other.__name__ for other in CALLED].count(kind.__name__) == 1


def _whole(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".replace(".", "__")
