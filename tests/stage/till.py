"""The stage's payment provider, which counts what it is asked and dies when told to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.domain.bookings.fake_gateway import FakeGateway


class Killed(Exception):  # noqa: N818 -- no error of anybody's
    """The process died here."""


class CrashingGateway(FakeGateway):
    """The bank in memory, that counts what it is asked and dies when told to, before or after the effect."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.calls: list[str] = []
        self.dies_before = self.dies_after = ""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self._counted(name, found) if name in _ASKED else found

    def _counted(self, name: str, ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            self.calls.append(name)
            if self.dies_before == name:
                self.dies_before = ""
                raise Killed
            answer = ask(*given, **more)
            if self.dies_after == name:
                self.dies_after = ""
                raise Killed
            return answer

        return call


_ASKED = {
    "customer",
    "authorize",
    "capture",
    "cancel",
    "refund",
    "payment",
    "find_payment",
    "balance_rows",
    "changes",
}
