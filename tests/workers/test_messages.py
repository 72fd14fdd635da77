"""Whatever comes over the broker is handled or dropped; a message never breaks a worker."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from domain.foundation import ids
from workers import app as celery_app
from workers.app import parse_delivery

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=5,
)


@given(st.lists(JSON, max_size=4))
def test_a_delivery_is_an_id_and_a_name_or_nothing(arguments: list[Any]) -> None:
    message = parse_delivery(arguments)
    assert message is None or (isinstance(message.event_id, UUID) and isinstance(message.reader, str))


def test_what_the_relay_sends_is_understood() -> None:
    event_id = ids.new()
    message = parse_delivery([str(event_id), "payments.sync_payment"])
    assert message is not None
    assert (message.event_id, message.reader) == (event_id, "payments.sync_payment")


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        ("talkoo.deliver", []),
        ("talkoo.deliver", ["x"]),
        ("talkoo.deliver", ["not an id", "payments.sync_payment"]),
        ("talkoo.deliver", [str(ids.new()), "a.reader_of_another_release"]),
        ("talkoo.deliver", [{"a": 1}, None, 3]),
        ("talkoo.sweep", []),
        ("talkoo.sweep", ["a.job_of_another_release"]),
        ("talkoo.sweep", [["payments.sync_due"]]),
    ],
)
def test_a_message_that_cannot_be_meant_is_dropped_and_logged_once(task: str, arguments: list[Any]) -> None:
    with capture_logs() as lines:
        celery_app.tasks(_nobody)[task](*arguments)
    assert [line["event"] for line in lines] == ["message_dropped"]


@pytest.mark.parametrize(
    ("error", "event"), [(ConnectionResetError(), "task_postponed"), (LookupError("odd"), "task_failed")]
)
def test_a_job_that_fails_is_logged_and_ends(error: Exception, event: str) -> None:
    def broken() -> Any:
        raise error

    tasks = celery_app.tasks(broken)
    with capture_logs() as lines:
        tasks["talkoo.sweep"]("payments.sync_due")
        tasks["talkoo.deliver"](str(ids.new()), "payments.sync_payment")
    assert [line["event"] for line in lines] == [event, event]


def _nobody() -> Any:
    raise AssertionError("Nothing is to be done for such a message.")
