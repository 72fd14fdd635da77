"""The price, from its inputs alone: lines first, totals as their sums.

The service (base, tariff, options) is what the customer owes the provider. The service fee comes on top of it
and is the platform's; the commission is taken out of it. The tax is one, on one of the three, and always
collected by the platform, which remits it:

    base         inclusive: contained in it                   exclusive: on top of it
    service      taken out of what the provider is owed       paid by the customer besides
    service fee  taken out of the fee                         paid by the customer besides
    commission   taken out of the commission                  paid by the provider besides

Whatever is taken out of an amount is split off it by largest remainder, so nothing is lost and nobody gets
less than nothing; whatever comes on top is a share rounded half to even, once. Every line leaves one party
and reaches another, so pay-in − pay-out − service fee − commission − tax is zero by construction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.foundation.money import BASIS_POINTS
from domain.markets import TaxBase
from domain.offers import OptionPer
from domain.pricing.errors import AmountTooLarge, PolicyTakesTooMuch
from domain.pricing.inputs import Chosen, Inputs, Tax
from domain.pricing.lines import Line, LineKind, LineRule, Party, count
from domain.pricing.tariff import clipped

# Beyond it readers of JSON that know only floats would lose minor units (RFC 8259, section 6).
LARGEST_AMOUNT = 2**53 - 1

_PAY_OUT, _COMMISSION, _TAX = range(3)
_FEE, _TAX_OF_FEE = range(2)


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines, and what they add up to, in minor units."""

    lines: tuple[Line, ...]
    pay_in_amount: int
    pay_out_amount: int
    service_fee_amount: int
    commission_amount: int
    tax_amount: int

    @property
    def remainder(self) -> int:
        """What is left when everybody has their part: zero, always."""
        shares = self.pay_out_amount + self.service_fee_amount + self.commission_amount + self.tax_amount
        return self.pay_in_amount - shares


def price(inputs: Inputs) -> Priced:
    """The price of these inputs.

    Refuses `PolicyTakesTooMuch` where the provider would get less than nothing, and `AmountTooLarge`.
    """
    service = tuple(_service(inputs))
    owed = sum(line.amount for line in service)
    priced = _added_up((*service, *_on_top(inputs, owed), *_out_of(inputs, owed)))
    if max(priced.pay_in_amount, *(abs(line.amount) for line in priced.lines)) > LARGEST_AMOUNT:
        raise AmountTooLarge("Ask for less at once.")
    return priced


def _service(inputs: Inputs) -> Iterator[Line]:
    """What the customer owes the provider for the service itself."""
    yield _line(inputs, LineKind.BASE, "Service", LineRule.UNITS_AT_PRICE, _base(inputs))
    if any(piece.effects for piece in inputs.pieces):
        yield _line(inputs, LineKind.TARIFF, _effects(inputs), LineRule.TARIFF_ON_UNITS, _tariff(inputs))
    for option in inputs.options:
        measure = _option(inputs, option)
        yield _line(inputs, LineKind.OPTION, option.title, LineRule.UNITS_AT_PRICE, measure)


def _base(inputs: Inputs) -> dict[str, Any]:
    return {
        "price_amount": inputs.price_amount,
        "units": inputs.units,
        "per": inputs.per,
        "times": inputs.seats,
    }


def _tariff(inputs: Inputs) -> dict[str, Any]:
    pieces = [
        {
            "units": piece.units,
            "factor_bp": clipped(effect.factor_bp for effect in piece.effects),
            "effects": [{"name": effect.name, "factor_bp": effect.factor_bp} for effect in piece.effects],
        }
        for piece in inputs.pieces
    ]
    return {"price_amount": inputs.price_amount, "per": inputs.per, "times": inputs.seats, "pieces": pieces}


def _effects(inputs: Inputs) -> str:
    names = dict.fromkeys(effect.name for piece in inputs.pieces for effect in piece.effects)
    return ", ".join(names)


def _option(inputs: Inputs, option: Chosen) -> dict[str, Any]:
    units, per = (inputs.units, inputs.per) if option.per is OptionPer.UNIT else (1, 1)
    seats = inputs.seats if option.per is OptionPer.SEAT else 1
    return {"price_amount": option.price_amount, "units": units, "per": per, "times": option.quantity * seats}


def _on_top(inputs: Inputs, owed: int) -> Iterator[Line]:
    """What the customer pays besides the service: the fee, and a tax of theirs."""
    policy, tax = inputs.policy, inputs.policy.tax
    fee = {"of_amount": owed, "share_bp": policy.service_fee_bp}
    gross = count(LineRule.SHARE_ON_TOP, fee)
    label = "Service fee"
    if _contained(tax, TaxBase.SERVICE_FEE):
        parts = {"of_amount": gross, "weights": [BASIS_POINTS, tax.rate_bp]}
        yield _fee(inputs, label, LineRule.PART_WITHIN, {**parts, "place": _FEE})
        yield _tax(inputs, Party.CUSTOMER, LineRule.PART_WITHIN, {**parts, "place": _TAX_OF_FEE})
        return
    yield _fee(inputs, label, LineRule.SHARE_ON_TOP, fee)
    for base, amount in ((TaxBase.SERVICE, owed), (TaxBase.SERVICE_FEE, gross)):
        if _besides(tax, base):
            on_top = {"of_amount": amount, "share_bp": tax.rate_bp}
            yield _tax(inputs, Party.CUSTOMER, LineRule.SHARE_ON_TOP, on_top)


def _out_of(inputs: Inputs, owed: int) -> Iterator[Line]:
    """What leaves the provider's part again: the commission, and a tax of theirs."""
    parts = {"of_amount": owed, "weights": _provider_weights(inputs)}
    yield Line(
        LineKind.COMMISSION,
        "Commission",
        Party.PROVIDER,
        Party.PLATFORM,
        *_counted(LineRule.PART_WITHIN, {**parts, "place": _COMMISSION}, inputs),
    )
    tax = inputs.policy.tax
    if (
        _contained(tax, TaxBase.COMMISSION)
        or _besides(tax, TaxBase.COMMISSION)
        or _contained(tax, TaxBase.SERVICE)
    ):
        yield _tax(inputs, Party.PROVIDER, LineRule.PART_WITHIN, {**parts, "place": _TAX})


def _provider_weights(inputs: Inputs) -> Sequence[int]:
    """In which ratio the service is split between pay-out, commission and the provider's tax.

    Exact: the shares are brought to one denominator, so only the split itself rounds. The commission is a
    share of the published price, tax included, because that is the number a provider sees and can check.
    """
    commission, tax = inputs.policy.commission_bp, inputs.policy.tax
    whole, commission_part, tax_part = BASIS_POINTS, commission, 0
    if _contained(tax, TaxBase.SERVICE):
        whole = BASIS_POINTS * (BASIS_POINTS + tax.rate_bp)
        commission_part, tax_part = commission * (BASIS_POINTS + tax.rate_bp), BASIS_POINTS * tax.rate_bp
    elif _contained(tax, TaxBase.COMMISSION):
        whole = BASIS_POINTS * (BASIS_POINTS + tax.rate_bp)
        commission_part, tax_part = commission * BASIS_POINTS, commission * tax.rate_bp
    elif _besides(tax, TaxBase.COMMISSION):
        whole = BASIS_POINTS * BASIS_POINTS
        commission_part, tax_part = commission * BASIS_POINTS, commission * tax.rate_bp
    if commission_part + tax_part > whole:
        raise PolicyTakesTooMuch
    return [whole - commission_part - tax_part, commission_part, tax_part]


def _contained(tax: Tax, base: TaxBase) -> bool:
    return tax.inclusive and tax.applies_to is base and tax.rate_bp > 0


def _besides(tax: Tax, base: TaxBase) -> bool:
    return not tax.inclusive and tax.applies_to is base and tax.rate_bp > 0


def _line(inputs: Inputs, kind: LineKind, label: str, rule: LineRule, of: Mapping[str, Any]) -> Line:
    return Line(kind, label, Party.CUSTOMER, Party.PROVIDER, *_counted(rule, of, inputs))


def _fee(inputs: Inputs, label: str, rule: LineRule, of: Mapping[str, Any]) -> Line:
    return Line(LineKind.SERVICE_FEE, label, Party.CUSTOMER, Party.PLATFORM, *_counted(rule, of, inputs))


def _tax(inputs: Inputs, payer: Party, rule: LineRule, of: Mapping[str, Any]) -> Line:
    name = inputs.policy.tax.name
    return Line(LineKind.TAX, name, payer, Party.TAX_OFFICE, *_counted(rule, of, inputs))


def _counted(
    rule: LineRule, of: Mapping[str, Any], inputs: Inputs
) -> tuple[int, LineRule, int, Mapping[str, Any]]:
    return count(rule, of), rule, inputs.policy.number, of


def _added_up(lines: tuple[Line, ...]) -> Priced:
    kinds = {kind: sum(line.amount for line in lines if line.kind is kind) for kind in LineKind}
    paid = {party: sum(line.amount for line in lines if line.payer is party) for party in Party}
    earned = sum(line.amount for line in lines if line.payee is Party.PROVIDER)
    return Priced(
        lines=lines,
        pay_in_amount=paid[Party.CUSTOMER],
        pay_out_amount=earned - paid[Party.PROVIDER],
        service_fee_amount=kinds[LineKind.SERVICE_FEE],
        commission_amount=kinds[LineKind.COMMISSION],
        tax_amount=kinds[LineKind.TAX],
    )
