"""Margin and dwell on paths of scores worked by hand: flaps, late all-clears, lost warnings."""

from decimal import Decimal as D

import numpy as np
import pytest

from health.scoring import (
    MISSING,
    BandSpec,
    Calm,
    Hysteresis,
    ScorecardSpec,
    band_positions,
    calm,
    problems,
    same_bounds,
)

BANDS = (
    BandSpec("healthy", "H", D(75), order=10),
    BandSpec("watch", "W", D(50), order=20),
    BandSpec("intervene", "I", D(0), True, order=30),
)
HEALTHY, WATCH, INTERVENE = 0, 1, 2


def walked(*scores, margin=3, dwell=0):
    """Positions day by day, each with the days before it as scoring has them."""
    values = [MISSING if score is None else score * 100 for score in scores]
    now, seen = np.array([MISSING]), []
    for day, value in enumerate(values):
        before = [values[day - back] if day >= back else MISSING for back in range(1, dwell + 1)]
        now = band_positions(
            bands=BANDS,
            margin=D(margin),
            values=np.array([value]),
            previous=now,
            days_before=np.array([before], dtype=np.int64).reshape(1, dwell),
        )
        seen.append(int(now[0]))
    return seen


def test_a_rise_takes_the_bound_and_a_margin_of_three():
    assert walked(76, 74, 77, 78) == [HEALTHY, WATCH, WATCH, HEALTHY]


def test_a_rise_waits_until_the_score_stood_there_for_the_dwell():
    # below on day 1; beyond 78 from day 2 on: two days before it stood there on day 4
    assert walked(80, 70, 80, 80, 80, dwell=2) == [HEALTHY, WATCH, WATCH, WATCH, HEALTHY]
    # a day below 78 in between begins the wait anew
    assert walked(80, 70, 80, 77, 80, 80, 80, dwell=2)[3:] == [WATCH, WATCH, WATCH, HEALTHY]


def test_a_rise_goes_as_high_as_all_of_the_days_allow():
    # 60 clears 53 but not 78: watch at first, healthy once 80 stood for a day as well
    assert walked(40, 60, 80, 80, dwell=1) == [INTERVENE, INTERVENE, WATCH, HEALTHY]


def test_a_day_without_a_score_begins_the_wait_anew():
    # never judged the day before: no band to wait in, so it is judged by its bound
    assert walked(70, 80, None, 80, dwell=1) == [WATCH, WATCH, MISSING, HEALTHY]


def test_a_fall_waits_for_nothing():
    assert walked(80, 40, dwell=5) == [HEALTHY, INTERVENE]


def test_bounds_are_the_same_whatever_bands_are_called_or_look_like():
    renamed = (BandSpec("healthy", "Well", D(75), order=5), *BANDS[1:])
    moved = (BandSpec("healthy", "H", D(80), order=10), *BANDS[1:])

    assert same_bounds(BANDS, renamed)
    assert not same_bounds(BANDS, moved)
    assert not same_bounds(BANDS, BANDS[1:])


def scores(*rows):
    return np.array(rows) * 100


def test_flaps_and_late_news_without_any_margin():
    found = calm(
        bands=BANDS,
        scores=scores([80, 74, 76, 76, 76], [60, 60, 60, 60, 60]),
        hysteresis=Hysteresis(D(0)),
    )

    # one account of two falls and is back the next day; nothing waits
    assert found == Calm(accounts=2, flapped=1, rises=1, late_days=0, falls=1, lost_days=0)


def test_a_margin_makes_an_all_clear_late():
    found = calm(bands=BANDS, scores=scores([80, 74, 76, 77, 78, 79]), hysteresis=Hysteresis(D(3)))

    # 76 and 77 stand over the bound already, 78 clears it: two days late, still within a fortnight
    assert found == Calm(accounts=1, flapped=1, rises=1, late_days=2, falls=1, lost_days=0)


def test_a_dwell_on_rising_adds_its_days():
    found = calm(
        bands=BANDS,
        scores=scores([80, 74, 80, 80, 80, 80]),
        hysteresis=Hysteresis(D(3), rising=3),
    )

    assert (found.rises, found.late_days) == (1, 3)


def test_a_dwell_on_falling_loses_days_of_warning_and_hears_no_short_dip():
    found = calm(
        bands=BANDS,
        scores=scores([80, 70, 80, 80, 80], [80, 80, 70, 60, 60]),
        hysteresis=Hysteresis(D(0), falling=1),
    )

    # the dip of a day is passed over; the real fall is told a day later
    assert found == Calm(accounts=2, flapped=0, rises=0, late_days=0, falls=1, lost_days=1)


def test_a_way_back_after_more_than_two_weeks_is_no_flap():
    late = [80, 70, *[70] * 14, 80, 80]
    within = [80, 70, *[70] * 13, 80, 80, 80]

    assert calm(bands=BANDS, scores=scores(late), hysteresis=Hysteresis(D(3))).flapped == 0
    assert calm(bands=BANDS, scores=scores(within), hysteresis=Hysteresis(D(3))).flapped == 1


@pytest.mark.parametrize("dwell", [-1, 14])
def test_a_dwell_of_a_fortnight_is_refused(dwell):
    card = ScorecardSpec("card", 1, "Card", (), BANDS, rising_dwell=dwell)
    words = [str(problem) for problem in problems(card, known_measures=())]

    assert "Dwell on rising: it is a whole number of days from 0 to 13" in words
