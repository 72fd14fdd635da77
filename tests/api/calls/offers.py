"""Calls of categories, offers, their options and their tasks."""

from tests.api.calls.call import LATEST, Call

OFFER = {
    "title": "Ironing, two baskets an hour",
    "attributes": {"languages": ["fi", "sv"]},
    "price_amount": 2_800,
    "minimum_duration": "PT1H",
    "maximum_duration": "PT4H",
    "latitude": 60.17938,
    "longitude": 24.95152,
}
OPTION = {"title": "Folding", "price_amount": 500, "per": "unit", "duration": "PT15M", "most": 2}
TASK = {"kind": "prepares", "title": "Clearing the table", "saving_amount": 400}

CALLS: dict[str, Call] = {
    "define_category": Call(
        "otto",
        "POST",
        "/categories",
        {
            "slug": "berth",
            "name": "A berth for a boat",
            "unit": "night",
            "granularity": "P1D",
            "claim": "exclusive",
            "place": "provider",
            "attributes_schema": {"type": "object", "properties": {"metres": {"type": "number"}}},
        },
    ),
    "list_categories": Call("nobody", "GET", "/categories", also="anyone"),
    "read_category": Call("nobody", "GET", "/categories/{category}", also="anyone"),
    "find_offers": Call("nobody", "GET", "/offers?market=helsinki&words=ironing", also="anyone"),
    "read_offer": Call("nobody", "GET", "/offers/{offer}", also="anyone"),
    "list_own_offers": Call("ellen", "GET", "/me/offers", also="signed_in"),
    "read_own_offer": Call("ellen", "GET", "/me/offers/{draft}"),
    "draft_offer": Call(
        "ellen",
        "POST",
        "/offers",
        {"profile_id": "{ellens_profile}", "category_id": "{category}", **OFFER},
    ),
    "edit_offer": Call("ellen", "PUT", "/offers/{offer}", OFFER, headers=LATEST),
    "publish_offer": Call("ellen", "POST", "/offers/{draft}/publication"),
    "pause_offer": Call("ellen", "POST", "/offers/{offer}/pause"),
    "archive_offer": Call("ellen", "POST", "/offers/{offer}/archival"),
    "add_option": Call("ellen", "POST", "/offers/{offer}/options", OPTION),
    "edit_option": Call("ellen", "PUT", "/offers/{offer}/options/{option}", OPTION),
    "retire_option": Call("ellen", "DELETE", "/offers/{offer}/options/{option}"),
    "list_tasks": Call("nobody", "GET", "/offers/{offer}/tasks", also="anyone"),
    "add_task": Call("ellen", "POST", "/offers/{offer}/tasks", TASK),
    "edit_task": Call("ellen", "PUT", "/offers/{offer}/tasks/{clearing}", TASK),
    "retire_task": Call("ellen", "DELETE", "/offers/{offer}/tasks/{clearing}"),
    "say_task_savings": Call(
        "ellen",
        "PUT",
        "/offers/{offer}/task-savings",
        {"savings": [{"tasks": ["{clearing}", "{soap}"], "saving_amount": 900}]},
    ),
    "hide_offer": Call(
        "mira",
        "POST",
        "/offers/{offer}/hiding",
        {"reason": "It shows another flat."},
        also="otto",
        others={"olga": 403},
    ),
    "unhide_offer": Call("mira", "DELETE", "/offers/{hidden}/hiding", also="otto", others={"olga": 403}),
}
