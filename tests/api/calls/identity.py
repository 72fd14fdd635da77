"""Calls of who one is: signing up and in, one's sessions, what one may, and roles."""

from tests.api.calls.call import OURS, Call

CALLS: dict[str, Call] = {
    "sign_up": Call(
        "nobody",
        "POST",
        "/users",
        {"email": "nea@example.org", "password": "correct horse battery", "name": "Nea"},
        also="anyone",
    ),
    "sign_in": Call(
        "nobody",
        "POST",
        "/sessions",
        {"email": "aino@example.org", "password": "correct horse battery"},
        also="anyone",
    ),
    "renew_session": Call(
        "nobody", "POST", "/session-renewals", {"refresh_token": "{refresh_token}"}, also="anyone"
    ),
    "list_my_sessions": Call("aino", "GET", "/me/sessions", also="signed_in"),
    "end_my_session": Call("aino", "DELETE", "/me/sessions/{session}"),
    "list_issuers": Call("nobody", "GET", "/oidc/issuers", also="anyone"),
    "begin_oidc": Call(
        "nobody",
        "POST",
        "/oidc/attempts",
        {"issuer": "{issuer}", "redirect_uri": "https://app.example.org/signed-in"},
        also="anyone",
    ),
    "finish_oidc": Call(
        "nobody",
        "POST",
        "/oidc/attempts/completion",
        {"state": "{oidc_state}", "secret": "{oidc_secret}", "code": "{oidc_code}"},
        also="anyone",
    ),
    "read_me": Call("aino", "GET", "/me", also="signed_in"),
    "change_me": Call("aino", "PATCH", "/me", {"name": "Aino Mäkelä"}, also="signed_in"),
    "read_my_permissions": Call("aino", "GET", "/me/permissions", also="signed_in"),
    "suspend_user": Call("otto", "POST", "/users/{ben}/suspension", OURS),
    "reinstate_user": Call("otto", "POST", "/users/{sulo}/reinstatement", OURS),
    "list_role_grants": Call("otto", "GET", "/users/{ben}/role-grants", also="olga"),
    "grant_role": Call(
        "otto",
        "POST",
        "/users/{ben}/role-grants",
        {"role": "moderator", "market_id": "{market}"},
        others={"olga": 403},  # markets are no secret
    ),
    "revoke_role": Call("otto", "DELETE", "/role-grants/{grant}", also="olga"),
}
