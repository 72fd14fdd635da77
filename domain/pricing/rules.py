"""The price, from its inputs alone: lines first, totals as their sums.

The service (base, tariff, options) is what the customer owes the provider. The service fee comes on top of it
and is the platform's; the commission is taken out of it. A factor above one adds surge to base and tariff,
never to options; it goes to the surge pool, and neither fee nor commission is taken on it. A factor below one
makes the service itself cheaper, as a tariff does. The tax is one, on one of the three, and always collected
by the platform, which remits it; a tax on the service covers surge too:

    base         inclusive: contained in it                   exclusive: on top of it
    service      taken out of what the provider is owed       paid by the customer besides
      and surge  taken out of what the pool gets
    service fee  taken out of the fee                         paid by the customer besides
    commission   taken out of the commission                  paid by the provider besides

Whatever is taken out of an amount is split off it by largest remainder, so nothing is lost and nobody gets
less than nothing; whatever comes on top is a share rounded half to even, once. Every line leaves one party
and reaches another, so pay-in − pay-out − service fee − commission − tax − surge is zero by construction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.foundation.money import BASIS_POINTS
from domain.markets import TaxBase
from domain.offers import OptionPer
from domain.pricing.credits import credit_lines
from domain.pricing.errors import AmountTooLarge, PolicyTakesTooMuch
from domain.pricing.inputs import Chosen, Inputs, Tax
from domain.pricing.lines import Line, LineKind, LineRule, Party, balance, count
from domain.pricing.tariff import clipped
from domain.pricing.tasks import stake_of, task_lines

# Beyond it readers of JSON that know only floats would lose minor units (RFC 8259, section 6).
LARGEST_AMOUNT = 2**53 - 1

_PAY_OUT, _COMMISSION, _TAX = range(3)
_FEE, _TAX_OF_FEE = range(2)
_TAX_OF_SURGE = 1


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines, and what they add up to, in minor units."""

    lines: tuple[Line, ...]
    pay_in_amount: int
    pay_out_amount: int
    service_fee_amount: int
    commission_amount: int
    tax_amount: int
    surge_amount: int = 0
    stake_amount: int = 0

    @property
    def list_amount(self) -> int:
        """The pay-in with all tasks left to the provider."""
        return self.pay_in_amount + self.stake_amount

    @property
    def remainder(self) -> int:
        """What is left when everybody has their part: zero, always."""
        shares = self.pay_out_amount + self.service_fee_amount + self.commission_amount + self.tax_amount
        return self.pay_in_amount - shares - self.surge_amount


def price(inputs: Inputs) -> Priced:
    """The price of these inputs.

    Raises `PolicyTakesTooMuch` where the provider would get less than nothing, and `AmountTooLarge`.
    """
    service = [*_service(inputs)]
    timed = sum(line.amount for line in service)
    surge = factor_on(inputs, timed)
    if surge < 0:
        service.append(_surge_line(inputs, timed, Party.PROVIDER))
    service += _options(inputs)
    owed = sum(line.amount for line in service)
    pool = (*_into_the_pool(inputs, timed, surge),) if surge > 0 else ()
    taxed = owed + max(0, surge)
    lines = (*service, *pool, *_on_top(inputs, owed, taxed), *_out_of(inputs, owed))
    stake = 0
    if inputs.tasks or inputs.credits:
        tasks = (*task_lines(inputs, lines),)
        lines, stake = (*lines, *tasks, *credit_lines(inputs, lines)), stake_of(tasks)
    priced = _added_up(lines, stake)
    if max(priced.list_amount, *(abs(line.amount) for line in priced.lines)) > LARGEST_AMOUNT:
        raise AmountTooLarge("Ask for less at once.")
    return priced


def factor_on(inputs: Inputs, timed_amount: int) -> int:
    """What the customer's factor makes of base and tariff together: surge above zero, a discount below."""
    if inputs.surge.multiplier_bp == BASIS_POINTS:
        return 0
    return count(LineRule.FACTOR_ON_SERVICE, inputs.in_steps(_factor(inputs, timed_amount)))


def _service(inputs: Inputs) -> Iterator[Line]:
    """What the customer owes the provider for the service itself, by its price and its time."""
    yield _line(inputs, LineKind.BASE, "Service", LineRule.UNITS_AT_PRICE, _base(inputs))
    if any(piece.effects for piece in inputs.pieces):
        yield _line(inputs, LineKind.TARIFF, _effects(inputs), LineRule.TARIFF_ON_UNITS, _tariff(inputs))


def _options(inputs: Inputs) -> Iterator[Line]:
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


def _factor(inputs: Inputs, timed_amount: int) -> dict[str, Any]:
    of = {"of_amount": timed_amount, "multiplier_bp": inputs.surge.multiplier_bp}
    if inputs.surge.multiplier_bp > BASIS_POINTS:
        return of
    lowest = inputs.price_amount if inputs.lowest_price_amount is None else inputs.lowest_price_amount
    floor = count(LineRule.UNITS_AT_PRICE, inputs.in_steps({**_base(inputs), "price_amount": lowest}))
    return {**of, "floor_amount": floor}


def _surge_line(inputs: Inputs, timed_amount: int, payee: Party) -> Line:
    of = _factor(inputs, timed_amount)
    how = _counted(LineRule.FACTOR_ON_SERVICE, of, inputs)
    return Line(LineKind.SURGE, "Demand", Party.CUSTOMER, payee, *how)


def _into_the_pool(inputs: Inputs, timed_amount: int, surge: int) -> Iterator[Line]:
    """What surge takes, and the tax that it contains where the service's price contains one."""
    yield _surge_line(inputs, timed_amount, Party.SURGE_POOL)
    tax = inputs.policy.tax
    if _contained(tax, TaxBase.SERVICE):
        parts = {"of_amount": surge, "weights": [BASIS_POINTS, tax.rate_bp], "place": _TAX_OF_SURGE}
        yield _tax(inputs, Party.SURGE_POOL, LineRule.PART_WITHIN, parts)


def _on_top(inputs: Inputs, owed: int, taxed: int) -> Iterator[Line]:
    """What the customer pays besides: the fee on what they owe the provider, and a tax of theirs."""
    policy, tax = inputs.policy, inputs.policy.tax
    fee = {"of_amount": owed, "share_bp": policy.service_fee_bp}
    gross = count(LineRule.SHARE_ON_TOP, inputs.in_steps(fee))
    label = "Service fee"
    if _contained(tax, TaxBase.SERVICE_FEE):
        parts = {"of_amount": gross, "weights": [BASIS_POINTS, tax.rate_bp]}
        yield _fee(inputs, label, LineRule.PART_WITHIN, {**parts, "place": _FEE})
        yield _tax(inputs, Party.CUSTOMER, LineRule.PART_WITHIN, {**parts, "place": _TAX_OF_FEE})
        return
    yield _fee(inputs, label, LineRule.SHARE_ON_TOP, fee)
    for base, amount in ((TaxBase.SERVICE, taxed), (TaxBase.SERVICE_FEE, gross)):
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
    measured = inputs.in_steps(of)
    return count(rule, measured), rule, inputs.policy.number, measured


def _added_up(lines: tuple[Line, ...], stake_amount: int) -> Priced:
    """The totals, as sums over the lines; credits that pay for the fee are less of it."""
    commission = sum([line.amount for line in lines if line.kind is LineKind.COMMISSION])
    return Priced(
        lines=lines,
        pay_in_amount=-balance(lines, Party.CUSTOMER),
        pay_out_amount=balance(lines, Party.PROVIDER),
        service_fee_amount=sum([line.amount for line in lines if line.payee is Party.PLATFORM]) - commission,
        commission_amount=commission,
        tax_amount=balance(lines, Party.TAX_OFFICE),
        surge_amount=balance(lines, Party.SURGE_POOL),
        stake_amount=stake_amount,
    )
