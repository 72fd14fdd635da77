"""All requests in the order of their time, several at work at once, the clock walking with them.

The clock is moved to the time of the request that is sent. It waits for those that are at work, so that none
of them finds that the market has moved on by more than a few minutes: nobody else's clock would do that.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from ops.replay import ride
from ops.replay.demand import Request
from ops.replay.market_clock import MarketClock

AT_ONCE: Final = 8  # requests at work: what two API processes of four threads take
SLACK: Final = timedelta(minutes=3)  # a ride begins five minutes after it is asked for, at the earliest


def all_of(
    market: ride.Market,
    requests: Sequence[Request],
    clock: MarketClock,
    *,
    keep_up: Callable[[], None],
    stop: Event,
    tell: Callable[[], None],
) -> None:
    """Send every request that has not ended yet. Stops between two when asked to.

    `keep_up` is called before the clock is moved, and waits while the workers are behind: a clock that runs
    a hundred times as fast as theirs must not run away from them.
    """
    going: deque[tuple[datetime, Future[None]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="customer") as people:
        for request in requests:
            if stop.is_set():
                break
            if request.number not in market.journal.ended:
                while going and (len(going) >= AT_ONCE or going[0][0] < request.at - SLACK):
                    going.popleft()[1].result()
                keep_up()
                clock.forward_to(request.at)
                going.append((request.at, people.submit(_send, market, request, tell)))
            else:
                tell()
        for _, sent in going:
            sent.result()


def _send(market: ride.Market, request: Request, tell: Callable[[], None]) -> None:
    ride.send(market, request)
    tell()
