"""The lifecycle of a provider profile, as a table. The clock makes none of its transitions."""

from typing import Final

from domain.foundation.lifecycle import Lifecycle, Transition
from domain.providers.kinds import ProfileRole, ProviderProfileState, ProviderTransition

STAFF: Final = frozenset({ProfileRole.MODERATOR, ProfileRole.OPERATOR})
_PROVIDER: Final = frozenset({ProfileRole.PROVIDER})

PROFILE_LIFECYCLE: Final = Lifecycle(
    noun="provider profile",
    initial=frozenset({ProviderProfileState.APPLIED}),
    final=frozenset({ProviderProfileState.CLOSED}),
    transitions=(
        Transition(
            ProviderTransition.REVIEW,
            STAFF,
            frozenset({ProviderProfileState.APPLIED}),
            ProviderProfileState.IN_REVIEW,
        ),
        Transition(
            ProviderTransition.REQUEST_CHANGES,
            STAFF,
            frozenset({ProviderProfileState.IN_REVIEW}),
            ProviderProfileState.CHANGES_REQUESTED,
        ),
        Transition(
            ProviderTransition.RESUBMIT,
            _PROVIDER,
            frozenset({ProviderProfileState.CHANGES_REQUESTED}),
            ProviderProfileState.APPLIED,
        ),
        Transition(
            ProviderTransition.APPROVE,
            STAFF,
            frozenset({ProviderProfileState.IN_REVIEW}),
            ProviderProfileState.APPROVED,
        ),
        Transition(
            ProviderTransition.SUSPEND,
            STAFF,
            frozenset({ProviderProfileState.APPROVED}),
            ProviderProfileState.SUSPENDED,
        ),
        Transition(
            ProviderTransition.REINSTATE,
            STAFF,
            frozenset({ProviderProfileState.SUSPENDED}),
            ProviderProfileState.APPROVED,
        ),
        Transition(
            ProviderTransition.CLOSE,
            frozenset({ProfileRole.PROVIDER, ProfileRole.OPERATOR}),
            frozenset(ProviderProfileState) - {ProviderProfileState.CLOSED},
            ProviderProfileState.CLOSED,
        ),
    ),
)
