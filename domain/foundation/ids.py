"""Identifiers: UUID version 7 inside, typed and prefixed on the wire (`bkg_01j…`, TypeID encoding).

Version 7 sorts by time, so indexes grow at one end. The prefix names the kind of the object, so a route
rejects a quote's id where it expects a booking's. `NewType` ids break SQLModel's column types, so code uses
plain UUIDs and only the wire has the prefix.

The encoding is TypeID's (https://github.com/jetify-com/typeid, spec 0.3): 128 bits as 26 characters of
Crockford's base 32, lower case, the first character at most `7`.
"""

from typing import Annotated, Any
from uuid import UUID

import uuid_utils
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two characters at once: a page writes dozens of ids, and encoding took half of the time.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 26
_BITS = 128


def new() -> UUID:
    """A new UUID version 7 that sorts after every id this process made before."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def encode(prefix: str, value: UUID) -> str:
    """The id as text for the wire: `bkg_01j…`."""
    number = value.int
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(_LENGTH * 5 - 10, -1, -10)]
    return f"{prefix}_{''.join(pairs)}"


def decode(prefix: str, text: str) -> UUID:
    """The id that `encode` wrote. Raises ValueError for any other text."""
    head, _, digits = text.rpartition("_")
    if head != prefix or len(digits) != _LENGTH:
        raise ValueError(f"an id here starts with {prefix}_ and has {_LENGTH} more characters")
    number = 0
    for character in digits:
        if character not in _VALUES:
            raise ValueError(f"{character!r} does not occur in an id")
        number = number << 5 | _VALUES[character]
    if number >> _BITS:
        raise ValueError("the id is too large")
    return UUID(int=number)


class WireId:
    """Annotation for Pydantic to read and write prefixed ids: `Annotated[UUID, WireId("bkg")]`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 -- Pydantic's signature
        """Validate text from the wire or a UUID; serialize to text in JSON."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._write, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The JSON schema, with the pattern of the id."""
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$",
            "examples": [f"{self.prefix}_01jczk3v9hf8gb2h6v1q4nsx7e"],
        }

    def _read(self, value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return decode(self.prefix, value if isinstance(value, str) else "")
        except ValueError as error:
            raise PydanticCustomError("id", "{reason}", {"reason": str(error)}) from error

    def _write(self, value: UUID) -> str:
        return encode(self.prefix, value)


UserId = Annotated[UUID, WireId("usr")]
UserSessionId = Annotated[UUID, WireId("ses")]
RoleGrantId = Annotated[UUID, WireId("rol")]
MarketId = Annotated[UUID, WireId("mkt")]
PolicyVersionId = Annotated[UUID, WireId("pol")]
ProviderProfileId = Annotated[UUID, WireId("prv")]
CategoryId = Annotated[UUID, WireId("cat")]
OfferId = Annotated[UUID, WireId("ofr")]
OptionId = Annotated[UUID, WireId("opt")]
ResourceId = Annotated[UUID, WireId("res")]
ScheduleRuleId = Annotated[UUID, WireId("srl")]
ScheduleExceptionId = Annotated[UUID, WireId("exc")]
HoldId = Annotated[UUID, WireId("hld")]
GroupSessionId = Annotated[UUID, WireId("gse")]
TariffVersionId = Annotated[UUID, WireId("trf")]
SurgeSnapshotId = Annotated[UUID, WireId("snp")]
SurgeEmergencyId = Annotated[UUID, WireId("eme")]
SurgeAuditId = Annotated[UUID, WireId("aud")]
QuoteId = Annotated[UUID, WireId("quo")]
BookingId = Annotated[UUID, WireId("bkg")]
ProposalId = Annotated[UUID, WireId("prp")]
PaymentId = Annotated[UUID, WireId("pay")]
RefundId = Annotated[UUID, WireId("ref")]
CardDisputeId = Annotated[UUID, WireId("cdp")]
AccountId = Annotated[UUID, WireId("acc")]
EntryId = Annotated[UUID, WireId("ent")]
TaskId = Annotated[UUID, WireId("tsk")]
BookingTaskId = Annotated[UUID, WireId("btk")]
CallId = Annotated[UUID, WireId("cal")]
CommitmentId = Annotated[UUID, WireId("cmt")]
ContributionId = Annotated[UUID, WireId("ctr")]
AttestationId = Annotated[UUID, WireId("att")]
PotId = Annotated[UUID, WireId("pot")]
PotGiftId = Annotated[UUID, WireId("gft")]
HourTransferId = Annotated[UUID, WireId("hrt")]
PatronageRoundId = Annotated[UUID, WireId("ptr")]
PostingId = Annotated[UUID, WireId("pst")]
ContributionPeriodId = Annotated[UUID, WireId("prd")]
ClawBackId = Annotated[UUID, WireId("clw")]
ReferralId = Annotated[UUID, WireId("rfr")]
ContributionSignalId = Annotated[UUID, WireId("csg")]
LevelDecisionId = Annotated[UUID, WireId("lvd")]
ReviewId = Annotated[UUID, WireId("rev")]
ReviewDecisionId = Annotated[UUID, WireId("rdc")]
EventId = Annotated[UUID, WireId("evt")]
