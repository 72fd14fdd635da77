"""Lifecycles are tables: one row for each transition, and everything else is read off them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.foundation.errors import Conflict

State = TypeVar("State", bound=StrEnum)
Who = TypeVar("Who", bound=StrEnum)


class NotNow(Conflict):
    """The thing is not in a state in which this may be done, or not by this side."""

    slug = "not-now"
    title = "This cannot be done now"


@dataclass(frozen=True, slots=True)
class Transition(Generic[State, Who]):
    """A named step: who may take it, from which states, to which one, and when the clock takes it."""

    name: str
    who: frozenset[Who]
    sources: frozenset[State]
    target: State
    due: str = ""


@dataclass(frozen=True)
class Lifecycle(Generic[State, Who]):
    """A noun's whole life. `initial` are the states things are born in, `final` those they rest in."""

    noun: str
    transitions: tuple[Transition[State, Who], ...]
    initial: frozenset[State]
    final: frozenset[State]

    def step(self, state: State, name: str, actor: Who) -> State:
        """The state after `name`. Refuses with `NotNow`, which tells what this actor may do instead."""
        for transition in self.transitions:
            if transition.name == name and state in transition.sources and actor in transition.who:
                return transition.target
        there, deed = state.replace("_", " "), name.replace("_", " ")
        raise NotNow(
            f"A {there} {self.noun} does not allow the {actor} to {deed}.",
            state=str(state),
            allowed=self.allowed(state, actor),
        )

    def allowed(self, state: State, actor: Who) -> list[str]:
        """The names of what `actor` may do to a thing in `state`, in the table's order."""
        fitting = (row.name for row in self.transitions if state in row.sources and actor in row.who)
        return list(dict.fromkeys(fitting))

    def picture(self) -> str:
        """The lifecycle as a Mermaid state diagram, for ARCHITECTURE.md."""
        lines = ["stateDiagram-v2"]
        lines += [f"    [*] --> {state}" for state in _in_order(self.initial)]
        for row in self.transitions:
            label = f"{row.name} ({', '.join(_in_order(row.who))})"
            lines += [f"    {source} --> {row.target}: {label}" for source in _in_order(row.sources)]
        lines += [f"    {state} --> [*]" for state in _in_order(self.final)]
        return "\n".join(lines)


def _in_order(values: Iterable[StrEnum]) -> list[str]:
    return sorted(str(value) for value in values)
