"""A price is counted from its inputs alone, and nobody's cent is lost or invented."""

from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.markets import TaxBase
from domain.offers import OptionPer, Unit
from domain.pricing.errors import AmountTooLarge, PolicyTakesTooMuch
from domain.pricing.inputs import Chosen, Factor, Inputs, Piece, PolicyUsed, Tax
from domain.pricing.lines import Line, LineKind, Party, count
from domain.pricing.rules import Priced, price
from domain.pricing.tariff import HIGHEST_BP, LOWEST_BP

A_POLICY = UUID("0193a0c0-0000-7000-8000-000000000001")
AN_OPTION = UUID("0193a0c0-0000-7000-8000-000000000002")

rates = st.integers(0, 3_000)
taxes = st.builds(
    Tax, name=st.just("VAT"), rate_bp=rates, applies_to=st.sampled_from(TaxBase), inclusive=st.booleans()
)
policies = st.builds(
    PolicyUsed,
    version_id=st.just(A_POLICY),
    number=st.integers(1, 9),
    service_fee_bp=rates,
    commission_bp=st.integers(0, 5_000),
    tax=taxes,
)
options = st.builds(
    Chosen,
    option_id=st.just(AN_OPTION),
    title=st.just("Window cleaning"),
    price_amount=st.integers(0, 50_000),
    per=st.sampled_from(OptionPer),
    minutes=st.integers(0, 120),
    quantity=st.integers(1, 5),
)
factors = st.builds(Factor, name=st.sampled_from("abc"), factor_bp=st.integers(LOWEST_BP, HIGHEST_BP))
cut = st.lists(
    st.builds(Piece, units=st.integers(1, 600), effects=st.lists(factors, max_size=3).map(tuple)),
    min_size=1,
    max_size=4,
).map(tuple)


@st.composite
def any_inputs(draw: st.DrawFn) -> Inputs:
    pieces = draw(cut)
    return Inputs(
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        unit=draw(st.sampled_from(Unit)),
        price_amount=draw(st.one_of(st.integers(0, 20), st.integers(0, 5_000_000))),
        units=sum(piece.units for piece in pieces),
        seats=draw(st.integers(1, 8)),
        options=tuple(draw(st.lists(options, max_size=3))),
        pieces=pieces,
        policy=draw(policies),
    )


def inputs(**changed: object) -> Inputs:
    """Ninety minutes at 20.00 an hour under a policy of 5 % and 10 %, without a tax."""
    plain = {
        "currency": "EUR",
        "unit": Unit.HOUR,
        "price_amount": 2_000,
        "units": 90,
        "seats": 1,
        "pieces": (Piece(units=90),),
        "policy": policy(),
    }
    return Inputs.model_validate(plain | changed)


def policy(
    *, fee: int = 500, commission: int = 1_000, rate: int = 0, on: str = "service_fee", inclusive: bool = True
) -> PolicyUsed:
    tax = Tax(name="VAT", rate_bp=rate, applies_to=TaxBase(on), inclusive=inclusive)
    return PolicyUsed(version_id=A_POLICY, number=3, service_fee_bp=fee, commission_bp=commission, tax=tax)


def shares(priced: Priced) -> tuple[int, int, int, int, int]:
    return (
        priced.pay_in_amount,
        priced.pay_out_amount,
        priced.service_fee_amount,
        priced.commission_amount,
        priced.tax_amount,
    )


@given(any_inputs())
@settings(max_examples=100)
def test_nothing_is_left_when_everybody_has_their_part(asked: Inputs) -> None:
    priced = price(asked)
    assert priced.remainder == 0
    assert min(shares(priced)) >= 0


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_four_thousand_bills_in_a_currency_come_out_even(currency: str) -> None:
    dice = Random(currency)
    for _ in range(4_000):
        unit, units = dice.choice(list(Unit)), dice.randint(1, 600)
        priced = price(
            inputs(
                currency=currency,
                unit=unit,
                price_amount=dice.choice([dice.randint(0, 20), dice.randint(0, 5_000_000)]),
                units=units,
                pieces=(
                    Piece(units=units, effects=(Factor(name="a", factor_bp=dice.randint(8_500, 13_000)),)),
                ),
                policy=policy(
                    fee=dice.randint(0, 3_000),
                    commission=dice.randint(0, 5_000),
                    rate=dice.randint(0, 3_000),
                    on=dice.choice(list(TaxBase)),
                    inclusive=dice.random() < 0.5,
                ),
            )
        )
        assert priced.remainder == 0
        assert min(shares(priced)) >= 0


@given(any_inputs())
@settings(max_examples=100)
def test_every_line_can_be_counted_again_from_its_own_inputs(asked: Inputs) -> None:
    for line in price(asked).lines:
        again = Line.read(line.document)
        assert again == line
        assert count(again.rule, again.inputs) == line.amount
        assert line.payer is not line.payee


@given(any_inputs())
@settings(max_examples=100)
def test_what_is_stored_replays_to_the_same_cents(asked: Inputs) -> None:
    assert price(Inputs.model_validate_json(asked.model_dump_json())) == price(asked)


@given(any_inputs())
@settings(max_examples=100)
def test_the_tariff_stays_within_its_bounds(asked: Inputs) -> None:
    priced = price(asked)
    base = sum(line.amount for line in priced.lines if line.kind is LineKind.BASE)
    tariff = sum(line.amount for line in priced.lines if line.kind is LineKind.TARIFF)
    assert base * -1_500 / 10_000 - 1 <= tariff <= base * 3_000 / 10_000 + 1


@given(any_inputs(), st.integers(1, 1_000))
@settings(max_examples=100)
def test_a_dearer_price_never_makes_the_customer_pay_less(asked: Inputs, more: int) -> None:
    dearer = asked.model_copy(update={"price_amount": asked.price_amount + more})
    assert price(dearer).pay_in_amount >= price(asked).pay_in_amount


def test_an_hourly_service_is_billed_by_the_minute() -> None:
    assert shares(price(inputs())) == (3_150, 2_700, 150, 300, 0)
    assert price(inputs(units=50, pieces=(Piece(units=50),))).lines[0].amount == 1_667


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"on": "service", "inclusive": False, "rate": 2_000}, (3_750, 2_700, 150, 300, 600)),
        ({"on": "service", "inclusive": True, "rate": 2_000}, (3_150, 2_200, 150, 300, 500)),
        ({"on": "service_fee", "inclusive": False, "rate": 2_000}, (3_180, 2_700, 150, 300, 30)),
        ({"on": "service_fee", "inclusive": True, "rate": 2_000}, (3_150, 2_700, 125, 300, 25)),
        ({"on": "commission", "inclusive": False, "rate": 2_000}, (3_150, 2_640, 150, 300, 60)),
        ({"on": "commission", "inclusive": True, "rate": 2_000}, (3_150, 2_700, 150, 250, 50)),
    ],
    ids=lambda value: (
        f"{value['on']}-{'in' if value['inclusive'] else 'ex'}" if isinstance(value, dict) else ""
    ),
)
def test_the_tax_is_in_the_price_or_besides_it(rule: dict[str, object], expected: tuple[int, ...]) -> None:
    assert shares(price(inputs(policy=policy(**rule)))) == expected  # type: ignore[arg-type]  # rows of a table


@pytest.mark.parametrize("on", ["service", "service_fee", "commission"])
@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("amount", [0, 1, 2, 3, 5, 7])
def test_the_smallest_amounts_come_out_even(on: str, *, inclusive: bool, amount: int) -> None:
    asked = inputs(
        unit=Unit.TASK,
        units=1,
        pieces=(Piece(units=1),),
        price_amount=amount,
        policy=policy(fee=5_000, commission=5_000, on=on, inclusive=inclusive, rate=5_000),
    )
    priced = price(asked)
    assert priced.remainder == 0
    assert min(shares(priced)) >= 0


def test_the_platform_hands_every_tax_on() -> None:
    for on in TaxBase:
        for inclusive in (True, False):
            asked = inputs(policy=policy(on=on, inclusive=inclusive, rate=2_400))
            (line,) = [line for line in price(asked).lines if line.kind is LineKind.TAX]
            assert line.payee is Party.TAX_OFFICE


def test_where_there_is_no_tax_there_is_no_line_for_it() -> None:
    assert LineKind.TAX not in {line.kind for line in price(inputs()).lines}


def test_options_cost_once_or_for_each_unit_or_for_each_seat() -> None:
    def option(per: str) -> Chosen:
        return Chosen(
            option_id=AN_OPTION, title="Towels", price_amount=300, per=OptionPer(per), minutes=0, quantity=2
        )

    amounts = {
        per: price(inputs(seats=3, options=(option(per),))).lines[1].amount
        for per in ("booking", "unit", "seat")
    }
    assert amounts == {"booking": 600, "unit": 900, "seat": 1_800}


def test_a_tariff_line_names_its_effects_and_adds_their_differences() -> None:
    evening, december = (
        Factor(name="Friday evening", factor_bp=11_000),
        Factor(name="December", factor_bp=10_500),
    )
    asked = inputs(
        pieces=(Piece(units=60, effects=(december,)), Piece(units=30, effects=(evening, december)))
    )
    line = price(asked).lines[1]
    assert (line.kind, line.amount) == (LineKind.TARIFF, 100 + 150)
    assert line.label == "December, Friday evening"


def test_many_effects_together_never_pass_the_bounds() -> None:
    high = tuple(Factor(name=name, factor_bp=12_000) for name in "abc")
    low = tuple(Factor(name=name, factor_bp=9_000) for name in "abc")
    assert price(inputs(pieces=(Piece(units=90, effects=high),))).lines[1].amount == 900
    assert price(inputs(pieces=(Piece(units=90, effects=low),))).lines[1].amount == -450


def test_a_policy_that_takes_more_than_the_price_is_refused() -> None:
    with pytest.raises(PolicyTakesTooMuch):
        price(inputs(policy=policy(commission=9_000, on="service", inclusive=True, rate=5_000)))


def test_what_no_reader_could_count_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        price(inputs(unit=Unit.KILOMETRE, price_amount=10**12, units=100_000, pieces=(Piece(units=100_000),)))


def test_surge_has_its_place_and_is_not_in_force() -> None:
    surge = inputs().surge
    assert (surge.multiplier, surge.reason) == ("1.00", "not_in_force")
    assert LineKind.SURGE not in {line.kind for line in price(inputs()).lines}
