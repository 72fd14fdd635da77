"""Calls of times: slots, schedules, exceptions, holds, and what an offer needs."""

from tests.api.calls.call import NEXT_WEEK, PROFILE, Call

CALLS: dict[str, Call] = {
    "list_slots": Call("nobody", "GET", "/offers/{offer}/slots?" + NEXT_WEEK, also="anyone"),
    "open_calendar": Call("sanni", "POST", PROFILE + "/{suspended_profile}/calendar"),
    "add_thing": Call("ellen", "POST", PROFILE + "/{ellens_profile}/resources", {"name": "The cellar"}),
    "list_resources": Call("ellen", "GET", PROFILE + "/{ellens_profile}/resources"),
    "read_required_resources": Call("ellen", "GET", "/offers/{offer}/resources"),
    "set_required_resources": Call(
        "ellen", "PUT", "/offers/{offer}/resources", {"resource_ids": ["{sauna}"]}
    ),
    "set_option_required_resources": Call(
        "ellen", "PUT", "/offers/{offer}/options/{option}/resources", {"resource_ids": ["{sauna}"]}
    ),
    "read_schedule": Call("ellen", "GET", "/resources/{calendar}/schedule"),
    "set_schedule": Call(
        "ellen",
        "PUT",
        "/resources/{calendar}/schedule",
        {"rules": [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]},
    ),
    "add_exception": Call(
        "ellen",
        "POST",
        "/resources/{calendar}/exceptions",
        {"kind": "closed", "first_on": "{date_30}", "last_on": "{date_31}"},
    ),
    "list_exceptions": Call("ellen", "GET", "/resources/{calendar}/exceptions"),
    "remove_exception": Call("ellen", "DELETE", "/resources/{calendar}/exceptions/{exception}"),
    "list_holds": Call("ellen", "GET", "/resources/{calendar}/holds?" + NEXT_WEEK),
    "block_time": Call(
        "ellen",
        "POST",
        "/resources/{calendar}/blocks",
        {"start": "{day_40}", "end": "{day_40_later}", "note": "Dentist"},
    ),
    "unblock_time": Call("ellen", "DELETE", "/resources/{calendar}/blocks/{block}"),
}
