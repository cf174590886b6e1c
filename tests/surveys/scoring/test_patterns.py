"""NPS, CSAT and CES of one segment read together."""

import itertools

import pytest

from surveys.scoring.patterns import MEANINGS, Level, Pattern, label, level, read_together
from surveys.scoring.scores import Counts, SurveyKind, score

NPS, CSAT, CES = SurveyKind
HIGH = {NPS: Counts(140, 40, 20), CSAT: Counts(180, 10, 10), CES: Counts(180, 10, 10)}
LOW = {NPS: Counts(60, 60, 80), CSAT: Counts(110, 40, 50), CES: Counts(110, 40, 50)}
MIDDLE = {NPS: Counts(110, 60, 30), CSAT: Counts(156, 24, 20), CES: Counts(156, 24, 20)}
BY_LEVEL = {Level.HIGH: HIGH, Level.LOW: LOW, Level.BETWEEN: MIDDLE}


def scores(**found):
    return {SurveyKind(kind): score(SurveyKind(kind), counts) for kind, counts in found.items()}


def of_levels(nps, csat, ces):
    levels = {"nps": nps, "csat": csat, "ces": ces}
    return scores(**{kind: BY_LEVEL[each][SurveyKind(kind)] for kind, each in levels.items()})


def expected(nps, csat, ces):
    if (csat, nps) == (Level.HIGH, Level.LOW):
        return Pattern.WEAK_VALUE
    if (nps, ces) == (Level.HIGH, Level.LOW):
        return Pattern.EXHAUSTED
    if (csat, ces) == (Level.LOW, Level.HIGH):
        return Pattern.INTERACTION_QUALITY
    return Pattern.NOTHING


@pytest.mark.parametrize("levels", list(itertools.product(BY_LEVEL, repeat=3)))
def test_each_combination_of_levels(levels):
    found = read_together(of_levels(*levels))
    assert tuple(found.levels[kind] for kind in SurveyKind) == levels
    assert found.pattern is expected(*levels)


@pytest.mark.parametrize(
    ("counts", "claimed"),
    [
        (Counts(1600, 200, 200), Level.HIGH),  # 80 %: 78.2 to 81.7
        (Counts(160, 20, 20), Level.BETWEEN),  # 80 %: from 73.9
        (Counts(9), Level.THIN),
        (Counts(140, 30, 30), Level.LOW),  # 70 %: to 75.9
        (Counts(14, 3, 3), Level.BETWEEN),  # 70 %: to 85.5
        (Counts(150, 25, 25), Level.BETWEEN),  # 75 % itself
    ],
)
def test_a_level_is_claimed_only_where_the_interval_allows(counts, claimed):
    assert level(score(CSAT, counts)) is claimed


def test_all_three_falling_go_before_the_pairs():
    now = of_levels(Level.LOW, Level.HIGH, Level.LOW)
    before = scores(nps=Counts(160, 20, 20), csat=Counts(200), ces=Counts(190, 5, 5))
    assert read_together(now).pattern is Pattern.WEAK_VALUE
    found = read_together(now, before)
    assert found.pattern is Pattern.ALL_FALLING
    assert found.kinds == (NPS, CSAT, CES)
    assert label(found) == (
        "NPS 70 → -10 (n 200), CSAT 100 % → 90 % (n 200), CES 95 % → 55 % (n 200)."
        " All three fall: the cause is the product or the team."
    )


@pytest.mark.parametrize("kind", list(SurveyKind))
def test_two_falling_are_not_all_three(kind):
    now, before = (
        scores(nps=LOW[NPS], csat=LOW[CSAT], ces=LOW[CES]),
        scores(nps=HIGH[NPS], csat=HIGH[CSAT], ces=HIGH[CES]),
    )
    assert read_together(now, before).pattern is Pattern.ALL_FALLING
    assert read_together(now, before | {kind: now[kind]}).pattern is Pattern.NOTHING
    assert read_together(now, before | {kind: None}).pattern is Pattern.NOTHING


def test_thin_falls_are_none():
    before = scores(nps=Counts(9), csat=Counts(9), ces=Counts(9))
    now = scores(nps=Counts(0, 0, 9), csat=Counts(0, 0, 9), ces=Counts(0, 0, 9))
    found = read_together(now, before)
    assert found.pattern is Pattern.TOO_FEW
    assert label(found) == (
        "NPS -100 thin (n 9), CSAT 0 % thin (n 9), CES 0 % thin (n 9)."
        " Too few answers to read the three scores together."
    )


def test_no_pattern_is_named_on_thin_numbers():
    thin = scores(csat=Counts(9), nps=Counts(0, 0, 9), ces=MIDDLE[CES])
    assert read_together(thin).pattern is Pattern.TOO_FEW
    assert read_together(thin).kinds == (NPS, CSAT)


def test_a_pair_is_read_where_the_third_was_not_asked():
    found = read_together({**scores(csat=HIGH[CSAT], nps=LOW[NPS]), CES: None})
    assert found.pattern is Pattern.WEAK_VALUE
    assert label(found) == (
        "CSAT 90 % high (n 200), NPS -10 low (n 200). Good support, weak long-term value."
    )
    alone = read_together(scores(csat=HIGH[CSAT]))
    assert alone.pattern is Pattern.TOO_FEW
    assert label(alone).startswith("NPS not asked, CES not asked.")


def test_every_pattern_has_words():
    assert set(MEANINGS) == set(Pattern)
    assert label(read_together(of_levels(*[Level.BETWEEN] * 3))) == MEANINGS[Pattern.NOTHING]
