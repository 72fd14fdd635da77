"""Terms read from the document that a statement answered. JSON knows neither ids nor instants nor kinds."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from domain.offers.kinds import Claim, OfferState, OptionPer, Place, TaskKind, Unit
from domain.offers.term_sheet import OptionTerms, SavingTerms, TaskTerms, Terms
from domain.providers import ProviderProfileState

_IDS = ("offer_id", "profile_id", "provider_user_id", "market_id", "category_id")
_KINDS: Mapping[str, type[StrEnum]] = {
    "unit": Unit,
    "claim": Claim,
    "place": Place,
    "state": OfferState,
    "profile_state": ProviderProfileState,
}
_MOMENTS: Mapping[str, Callable[[str], datetime | time]] = {
    "hidden_at": datetime.fromisoformat,
    "provider_suspended_at": datetime.fromisoformat,
    "check_in_at": time.fromisoformat,
    "check_out_at": time.fromisoformat,
}


def read_terms(document: str) -> Terms:
    """The terms that a statement of `queries` answered as a document."""
    told = orjson.loads(document)
    options = [_option(values) for values in told["options"] or ()]
    for name in _IDS:
        told[name] = UUID(told[name])
    for name, kind in _KINDS.items():
        told[name] = kind(told[name])
    for name, read in _MOMENTS.items():
        if told[name] is not None:
            told[name] = read(told[name])
    told["options"] = tuple(option for option in options if option.retired_at is None)
    told["retired_options"] = tuple(option for option in options if option.retired_at is not None)
    tasks = told["tasks"] or ()
    told["tasks"] = tuple(_task(values) for values in tasks)
    told["savings"] = tuple(_saving(values) for *_, savings in tasks for values in savings or ())
    return Terms(**told)


def _option(values: list[Any]) -> OptionTerms:
    """An option from its place in the document."""
    option_id, title, price_amount, per, minutes, most, position, retired_at = values
    return OptionTerms(
        UUID(option_id),
        title,
        price_amount,
        OptionPer(per),
        minutes,
        most,
        position,
        retired_at and datetime.fromisoformat(retired_at),
    )


def _task(values: list[Any]) -> TaskTerms:
    task_id, title, kind, position, _ = values
    return TaskTerms(UUID(task_id), title, TaskKind(kind), position)


def _saving(values: list[Any]) -> SavingTerms:
    task_ids, saving_amount = values
    return SavingTerms(tuple(UUID(task_id) for task_id in task_ids), saving_amount)
