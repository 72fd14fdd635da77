"""Refusals in Stripe's shape: a status, a type, a code, the parameter at fault, a sentence."""

from sandbox.protocol.wire import Object


class ApiError(Exception):
    """A refusal that goes out as Stripe's error object.

    `keeps_effect` is true where the attempt itself is a fact to keep (a declined card leaves a failed
    charge); `remembered` is false where Stripe stores no idempotent result (validation, authentication, rate
    limits).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        extra: Object | None = None,
        keeps_effect: bool = False,
        remembered: bool = True,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.kind, self.code, self.param = message, status, kind, code, param
        self.extra = extra or {}
        self.keeps_effect, self.remembered = keeps_effect, remembered

    def body(self) -> Object:
        """The JSON answer; absent fields are left out, as Stripe does."""
        fields = {"code": self.code, "param": self.param, "message": self.message, "type": self.kind}
        if self.code is not None:
            fields["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        error: Object = {name: value for name, value in fields.items() if value is not None}
        return {"error": error | self.extra}


def object_not_found(kind: str, key: str, param: str = "id", status: int = 404) -> ApiError:
    """Nobody has this object, or it belongs to another account (which must not be told apart)."""
    message = f"No such {kind}: '{key}'"
    return ApiError(message, status=status, code="resource_missing", param=param)


def invalid_parameter(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """A parameter that cannot be read: found before anything ran, so no idempotent result is kept."""
    return ApiError(message, code=code, param=param, remembered=False)


def request_rejected(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """A request that was understood and may not happen in the present state."""
    return ApiError(message, code=code, param=param)


def card_declined(message: str, code: str, decline_code: str | None, extra: Object) -> ApiError:
    """The card's bank (or the customer's absence) said no; the failed attempt stays on record."""
    extra_fields = extra | ({"decline_code": decline_code} if decline_code else {})
    return ApiError(message, status=402, kind="card_error", code=code, extra=extra_fields, keeps_effect=True)
