"""Lifecycles: tables with one row per transition, from which everything else is derived."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.foundation.errors import Conflict

State = TypeVar("State", bound=StrEnum)
ActorType = TypeVar("ActorType", bound=StrEnum)


class TransitionNotAllowed(Conflict):
    """The transition does not exist in this state, or not for this actor."""

    slug = "transition-not-allowed"
    title = "This cannot be done now"


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, ActorType]):
    """A transition: its name, who may make it, its source states, its target, and when the clock makes it."""

    name: str
    actors: frozenset[ActorType]
    sources: frozenset[State]
    target: State
    due: str = ""


@dataclass(frozen=True)
class Lifecycle(Generic[State, ActorType]):
    """All transitions of a noun, with the states in which it begins (`initial`) and ends (`final`)."""

    noun: str
    transitions: tuple[Transition[State, ActorType], ...]
    initial: frozenset[State]
    final: frozenset[State]

    def next_state(self, state: State, name: str, actor: ActorType) -> State:
        """The state after the transition `name`.

        Raises `TransitionNotAllowed` with the names of the transitions that this actor may make instead.
        """
        for transition in self.transitions:
            if transition.name == name and state in transition.sources and actor in transition.actors:
                return transition.target
        state_text, transition_text = state.replace("_", " "), name.replace("_", " ")
        raise TransitionNotAllowed(
            f"A {state_text} {self.noun} does not allow the {actor} to {transition_text}.",
            state=str(state),
            allowed=self.allowed_transitions(state, actor),
        )

    def allowed_transitions(self, state: State, actor: ActorType) -> list[str]:
        """The names of the transitions that `actor` may make from `state`, in the order of the table."""
        names = (row.name for row in self.transitions if state in row.sources and actor in row.actors)
        return list(dict.fromkeys(names))

    def mermaid_diagram(self) -> str:
        """The lifecycle as a Mermaid state diagram, for ARCHITECTURE.md."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state in _in_order(self.initial)]
        for row in self.transitions:
            label = f"{row.name} ({', '.join(_in_order(row.actors))})"
            lines += [f"    {source} --> {row.target}: {label}" for source in _in_order(row.sources)]
        lines += [f"    {state} --> [*]" for state in _in_order(self.final)]
        return "\n".join(lines)


def _in_order(values: Iterable[StrEnum]) -> list[str]:
    return sorted(str(value) for value in values)
