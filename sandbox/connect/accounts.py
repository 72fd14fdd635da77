"""Connected accounts: the businesses money is passed on to, their onboarding and their banks."""

from sandbox.payments.currencies import currency
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import ApiError, object_not_found, request_rejected
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    fetch_object,
    metadata_from_params,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

CURRENCY_OF = {
    "AT": "eur", "AU": "aud", "BE": "eur", "BR": "brl", "CA": "cad", "CH": "chf", "DE": "eur", "DK": "dkk",
    "ES": "eur", "FI": "eur", "FR": "eur", "GB": "gbp", "HK": "hkd", "IE": "eur", "IN": "inr", "IT": "eur",
    "JP": "jpy", "MX": "mxn", "MY": "myr", "NL": "eur", "NO": "nok", "NZ": "nzd", "PL": "pln", "PT": "eur",
    "SE": "sek", "SG": "sgd", "TH": "thb", "US": "usd", "ID": "idr",
}  # fmt: skip
BANKS = {
    "btok_us": "", "btok_us_verified": "", "btok_sandbox": "", "btok_us_noAccount": "no_account",
    "btok_us_verified_noAccount": "no_account", "btok_us_accountClosed": "account_closed",
    "btok_us_verified_accountClosed": "account_closed", "btok_us_insufficientFunds": "insufficient_funds",
    "btok_us_verified_insufficientFunds": "insufficient_funds",
    "btok_us_debitNotAuthorized": "debit_not_authorized",
    "btok_us_verified_debitNotAuthorized": "debit_not_authorized",
    "btok_us_invalidCurrency": "invalid_currency", "btok_us_verified_invalidCurrency": "invalid_currency",
}  # fmt: skip
"""Documented bank tokens, and the failure that payouts to them end in (none: they arrive)."""

_SHORTEST_DELAY = 2
_MISSING = ["external_account", "individual.first_name", "tos_acceptance.date"]


def get_connected_account(call: ApiCall, key: str, param: str) -> Object:
    """The connected account with this id; only the platform sees them."""
    return fetch_object(call, "account", key, param, status=400)


def onboard_account(call: ApiCall, account: Object) -> Object:
    """The holder has told everything: requested capabilities become active, payouts have a bank to go to."""
    if not account["external_accounts"]["data"]:
        _add_bank(call, account, "btok_sandbox")
    for name in account["capabilities"]:
        account["capabilities"][name] = "active"
    account |= {
        "charges_enabled": account["capabilities"].get("card_payments") == "active",
        "details_submitted": True,
        "payouts_enabled": True, "requirements": _requirements([]),
    }  # fmt: skip
    call.store.save(account)
    record_event(call.for_account(account["id"]), "account.updated", account)
    return account


def payout_bank_account(call: ApiCall, code: str, bank_id: str | None) -> Object:
    """The bank account a payout goes to: the wanted one, or the owner's default for the currency."""
    if bank_id is not None:
        return fetch_object(call, "bank_account", bank_id, "destination", status=400)
    banks = call.store.select(
        "bank_account", "account = ? AND json_extract(body, '$.currency') = ?", call.account, code
    )
    if banks:
        return next((bank for bank in banks if bank["default_for_currency"]), banks[0])
    if not call.account:
        return call.store.insert(_bank_object("", code, "US", default=True), "", {"fails": ""})
    raise request_rejected(
        f"Sorry, you don't have any external accounts in that currency ({code}).", "currency"
    )


def _create(call: ApiCall) -> Object:
    if call.account:
        raise ApiError("Only the platform may create accounts.", status=403, code="platform_account_required")
    fields, key = call.params, ids.new_id("acct")
    country = fields.get("country", "US")
    if country not in CURRENCY_OF:
        raise request_rejected(
            f"{country} is not currently supported by Stripe.", "country", "country_unsupported"
        )
    banks = lists.list_object([], f"/v1/accounts/{key}/external_accounts")
    controlled = fields.get("controller", {})
    account: Object = {
        "id": key,
        "object": "account",
        "business_profile": fields.get("business_profile", {}),
        "business_type": fields.get("business_type"),
        "capabilities": {
            name: "inactive"
            for name, capability in fields.get("capabilities", {}).items()
            if capability["requested"]
        },
        "charges_enabled": False,
        "controller": _controller(controlled),
        "country": country,
        "created": call.at,
        "default_currency": fields.get("default_currency", CURRENCY_OF[country]),
        "details_submitted": False,
        "email": fields.get("email"),
        "external_accounts": banks,
        "future_requirements": _requirements([]),
        "metadata": metadata_from_params(call),
        "payouts_enabled": False,
        "requirements": _requirements(_MISSING),
        "settings": _settings(fields),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": fields.get("type", "none" if controlled else "standard"),
    }
    call.store.insert(account, call.account)
    if "external_account" in fields:
        _add_bank(call, account, fields["external_account"])
    return account


def _controller(fields: Object) -> Object:
    usual: Object = {
        "fees": {"payer": "application"}, "is_controller": True, "losses": {"payments": "application"},
        "requirement_collection": "stripe", "stripe_dashboard": {"type": "express"}, "type": "application",
    }  # fmt: skip
    return usual | fields


def _settings(fields: Object) -> Object:
    schedule_params: Object = fields.get("settings", {}).get("payouts", {}).get("schedule", {})
    schedule = {"delay_days": _SHORTEST_DELAY, "interval": "daily"} | schedule_params
    return {
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False}, "statement_descriptor_prefix": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payments": dict.fromkeys(("statement_descriptor", "statement_descriptor_kana",
        "statement_descriptor_kanji")),
        "payouts": {"debit_negative_balances": True, "schedule": schedule, "statement_descriptor": None},
    }  # fmt: skip


def _requirements(due: list[str]) -> Object:
    return {
        "alternatives": [], "current_deadline": None, "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None, "errors": [], "eventually_due": due,
        "past_due": due, "pending_verification": [],
    }  # fmt: skip


def _update(call: ApiCall) -> Object:
    account = path_object(call, "account", "account")
    fields = call.params
    account["business_profile"] |= fields.get("business_profile", {})
    capabilities = fields.get("capabilities", {})
    state = "active" if account["details_submitted"] else "inactive"
    account["capabilities"] |= {
        name: state for name, capability in capabilities.items() if capability["requested"]
    }
    schedule_params = fields.get("settings", {}).get("payouts", {}).get("schedule", {})
    account["settings"]["payouts"]["schedule"] |= schedule_params
    if "external_account" in fields:
        _add_bank(call, account, fields["external_account"])
    update_object(call, account, "email", "business_type", "default_currency")
    record_event(call.for_account(account["id"]), "account.updated", account)
    return account


def _delete(call: ApiCall) -> Object:
    account = path_object(call, "account", "account")
    owed = call.store.rows(
        "SELECT 1 FROM totals WHERE account IN (?, ?) AND amount <> 0",
        f"available:{account['id']}", f"pending:{account['id']}",
    )  # fmt: skip
    if owed:
        raise request_rejected("This account cannot be deleted while it has a balance.", "account")
    call.store.remove(account["id"])
    return {"id": account["id"], "object": "account", "deleted": True}


def _own_account(call: ApiCall) -> Object:
    if call.account:
        return fetch_object(ApiCall(call.store, call.at), "account", call.account, "account")
    return {"id": "acct_sandboxplatform", "object": "account", "business_type": "company", "type": "standard",
            "charges_enabled": True, "payouts_enabled": True, "details_submitted": True, "country": "SG",
            "default_currency": "sgd"}  # fmt: skip


def _add_bank(call: ApiCall, account: Object, token: str) -> Object:
    if token not in BANKS:
        raise object_not_found("token", token, "external_account", status=400)
    own = account["external_accounts"]["data"]
    country = "US" if token.startswith("btok_us") else account["country"]
    bank = _bank_object(account["id"], account["default_currency"], country, default=not own)
    call.store.insert(bank, account["id"], {"fails": BANKS[token]})
    own.append(bank)
    call.store.save(account)
    return bank


def _bank_object(owner: str, code: str, country: str, *, default: bool) -> Object:
    return {
        "id": ids.new_id("ba"),
        "object": "bank_account",
        "account": owner or None,
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "SANDBOX BANK",
        "country": country,
        "currency": code,
        "default_for_currency": default,
        "fingerprint": ids.random_text(16),
        "last4": "6789",
        "metadata": {},
        "routing_number": None,
        "status": "new",
    }


def _bank_added(call: ApiCall) -> Object:
    account = path_object(call, "account", "account")
    bank = _add_bank(call, account, call.params["external_account"])
    if call.params.get("default_for_currency"):
        for other in account["external_accounts"]["data"]:
            other["default_for_currency"] = other["id"] == bank["id"]
            call.store.save(other)
        call.store.save(account)
        bank["default_for_currency"] = True
    record_event(call.for_account(account["id"]), "account.external_account.created", bank)
    return bank


def _banks(call: ApiCall) -> Object:
    account = path_object(call, "account", "account")
    return lists.list_page(
        call.for_account(account["id"]), "bank_account", f"/v1/accounts/{account['id']}/external_accounts", {}
    )


def _delay(path: str, raw: object) -> int:
    return _SHORTEST_DELAY if raw == "minimum" else params.integer(path, raw)


_CAPABILITY = params.object_of("requested", requested=params.boolean)
_SCHEDULE = params.object_of(
    interval=params.choice_of("manual", "daily", "weekly", "monthly"), delay_days=_delay,
    weekly_anchor=params.text, monthly_anchor=params.integer,
)  # fmt: skip
_FIELDS = {
    "business_profile": params.object_of(mcc=params.text, name=params.text, product_description=params.text,
    url=params.text,
                                     support_email=params.text, support_phone=params.text),
    "business_type": params.choice_of("company", "government_entity", "individual", "non_profit"),
    "capabilities": params.object_of(card_payments=_CAPABILITY, transfers=_CAPABILITY),
    "default_currency": currency, "email": params.text, "external_account": params.text,
    "metadata": params.metadata,
    "settings": params.object_of(payouts=params.object_of(schedule=_SCHEDULE)),
}  # fmt: skip
_PAYER = params.object_of(payer=params.choice_of("account", "application"))
_CONTROLLER = params.object_of(
    fees=_PAYER, losses=params.object_of(payments=params.choice_of("application", "stripe")),
    requirement_collection=params.choice_of("application", "stripe"),
    stripe_dashboard=params.object_of(type=params.choice_of("express", "full", "none")),
)  # fmt: skip
_MAKE = params.request_params(country=params.text, controller=_CONTROLLER,
                    type=params.choice_of("custom", "express", "standard"), **_FIELDS)  # fmt: skip
_BANK = params.request_params(
    "external_account",
    external_account=params.text,
    default_for_currency=params.boolean,
    metadata=params.metadata,
)
ROUTES = [
    ApiRoute("GET", "/v1/account", _own_account),
    ApiRoute("POST", "/v1/accounts", _create, _MAKE),
    ApiRoute("GET", "/v1/accounts", lists.list_handler("account", "/v1/accounts"), params.list_params()),
    ApiRoute("GET", "/v1/accounts/{id}", lambda call: path_object(call, "account", "account")),
    ApiRoute("POST", "/v1/accounts/{id}", _update, params.request_params(**_FIELDS)),
    ApiRoute("DELETE", "/v1/accounts/{id}", _delete),
    ApiRoute("POST", "/v1/accounts/{id}/external_accounts", _bank_added, _BANK),
    ApiRoute("GET", "/v1/accounts/{id}/external_accounts", _banks, params.list_params(object=params.text)),
]
