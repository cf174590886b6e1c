"""Which side of a line a value is on: a table, without a database."""

from decimal import Decimal

import numpy as np
import pytest

from health.scoring import (
    ABOVE,
    BELOW,
    UNKNOWN,
    WatchLineSpec,
    evaluate,
    line_sides,
    line_values,
    sides_before,
)
from tests.pure.test_health_golden import two_components

NAN = float("nan")
FORTY = WatchLineSpec("score", Decimal(40))
TICKETS = WatchLineSpec("measure:ticket_load", Decimal(6))
TREND = WatchLineSpec("measure:usage_trend", Decimal("-0.2"))


@pytest.mark.parametrize(
    ("line", "was", "value", "side"),
    [
        (FORTY, ABOVE, 40.00, ABOVE),
        (FORTY, ABOVE, 39.99, BELOW),
        (FORTY, BELOW, 41.99, BELOW),  # 40 + the margin of 2
        (FORTY, BELOW, 42.00, ABOVE),
        (FORTY, UNKNOWN, 41.99, ABOVE),  # judged first: no margin
        (FORTY, UNKNOWN, 12.00, BELOW),
        (FORTY, ABOVE, NAN, UNKNOWN),
        (TICKETS, BELOW, 6.11, BELOW),  # 6 + 2 % of 6
        (TICKETS, BELOW, 6.12, ABOVE),
        (TREND, BELOW, -0.197, BELOW),  # −0.2 + 2 % of 0.2
        (TREND, BELOW, -0.195, ABOVE),
        (TREND, ABOVE, -0.21, BELOW),
    ],
)
def test_falling_is_at_once_and_rising_takes_the_margin(line, was, value, side):
    sides = line_sides(
        lines=(line,),
        margin=Decimal(2),
        values=np.array([[value]]),
        previous=np.array([[was]]),
    )

    assert sides.tolist() == [[side]]


def test_a_line_looks_at_the_score_a_component_or_a_measure_whoever_has_it():
    card = two_components()
    lines = (
        FORTY,
        WatchLineSpec(f"component:{card.component_keys[0]}", Decimal(50)),
        WatchLineSpec(f"measure:{card.raw_keys[0]}", Decimal(50)),
        TICKETS,
        WatchLineSpec("component:nowhere", Decimal(50)),
        WatchLineSpec("measure:nothing", Decimal(50)),
    )
    evaluation = evaluate(card, np.array([[80.0] * len(card.raw_keys)]))

    values = line_values(
        lines=lines, card=card, evaluation=evaluation, raw={"ticket_load": np.array([7.5])}
    )

    assert values[0, :4].tolist() == [80.0, 80.0, 80.0, 7.5]
    assert np.isnan(values[0, 4:]).all()


@pytest.mark.parametrize(
    ("line", "known", "score", "before"),
    [
        (FORTY, UNKNOWN, 4_500, ABOVE),  # a new line misses no fall from 45
        (FORTY, UNKNOWN, 3_500, BELOW),  # and tells nothing of who is at 35 already
        (FORTY, BELOW, 4_100, BELOW),  # held below by the margin
        (FORTY, BELOW, -1, UNKNOWN),  # unscored stood nowhere
        (TICKETS, UNKNOWN, 3_500, UNKNOWN),
        (TICKETS, ABOVE, -1, ABOVE),
    ],
)
def test_where_an_account_stood_before_a_line_was_judged(line, known, score, before):
    sides = sides_before(lines=(line,), known=np.array([[known]]), score_before=np.array([score]))

    assert sides.tolist() == [[before]]
