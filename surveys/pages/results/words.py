"""Scores, movements and verdicts as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop, ngettext

from accounts.catalogue import label
from surveys.catalogue import MOMENT_WORDS, SurveyType
from surveys.queries.answer_counts import FIT_BOUNDS, AnswerCut, FitBand
from surveys.scoring.movements import BenchmarkPlace, BenchmarkVerdict, Moved, ScoreMovement
from surveys.scoring.patterns import CombinedReading, Pattern
from surveys.scoring.scores import ResponseRate, Score, SurveyKind, points

CUT_WORDS = {
    AnswerCut.SEGMENT: gettext_noop("Segment"),
    AnswerCut.TOUCH_TIER: gettext_noop("Touch tier"),
    AnswerCut.CSM: gettext_noop("CSM"),
    AnswerCut.SELLER: gettext_noop("Account executive"),
    AnswerCut.FIT: gettext_noop("ICP fit"),
    AnswerCut.MOMENT: gettext_noop("Moment"),
}
# Standing → how an NPS calls it, and the others.
STANDING_WORDS = {
    1: (gettext_noop("Promoters"), gettext_noop("Favourable")),
    0: (gettext_noop("Passives"), gettext_noop("Neutral")),
    -1: (gettext_noop("Detractors"), gettext_noop("Unfavourable")),
}


def standing_word(standing: int, kind: str) -> str:
    return gettext(STANDING_WORDS[standing][0 if kind == SurveyType.NPS else 1])


def unit_of(kind: str) -> str:
    return "" if kind == SurveyType.NPS else " %"


def score_shown(found: Score) -> str:
    """“31”, “78 %”; below zero with a minus."""
    return f"{points(found.value, 0)}{unit_of(found.kind)}".replace("-", "−")


def bounds_shown(found: Score) -> str:
    words = {"low": points(found.low, 0), "high": points(found.high, 0)}
    shown = (gettext("%(low)s to %(high)s") % words).replace("-", "−")
    return f"{shown}{unit_of(found.kind)}"


def rate_shown(found: ResponseRate) -> str:
    return f"{points(found.value, 0)} %"


def verdict_words(verdict: BenchmarkVerdict | None) -> str:
    if verdict is None:
        return gettext("Nothing is usual")
    usual = {"low": verdict.usual.low, "high": verdict.usual.high}
    match verdict.place, verdict.is_certain:
        case BenchmarkPlace.THIN, _:
            return gettext("Too few answers to compare with %(low)s to %(high)s") % usual
        case BenchmarkPlace.BELOW, True:
            return gettext("Below what is usual, %(low)s to %(high)s") % usual
        case BenchmarkPlace.BELOW, False:
            return gettext("Perhaps below what is usual, %(low)s to %(high)s") % usual
        case BenchmarkPlace.ABOVE, True:
            return gettext("Above what is usual, %(low)s to %(high)s") % usual
        case BenchmarkPlace.ABOVE, False:
            return gettext("Perhaps above what is usual, %(low)s to %(high)s") % usual
        case _, True:
            return gettext("Within what is usual, %(low)s to %(high)s") % usual
    return gettext("About what is usual, %(low)s to %(high)s") % usual


@dataclass(frozen=True, slots=True)
class MovementWords:
    """`tone` and `icon` are those of a badge; empty where nothing is told."""

    text: str
    tone: str = ""
    icon: str = ""


def movement_words(change: ScoreMovement) -> MovementWords:
    shown = f"{abs(points(change.change))}"
    said = {"points": shown}
    match change.moved:
        case Moved.THIN:
            return MovementWords(gettext("Too few answers to judge"))
        case Moved.ROSE:
            return MovementWords(
                gettext("Rose by %(points)s points") % said, "is-healthy", "trending-up"
            )
        case Moved.FELL:
            return MovementWords(
                gettext("Fell by %(points)s points") % said, "is-intervene", "trending-down"
            )
    signed = f"{points(change.change):+}".replace("-", "−")
    return MovementWords(gettext("No change beyond chance (%(points)s)") % {"points": signed})


def cut_value_word(cut: AnswerCut, value: str, *, people: dict[str, str]) -> str:
    if cut is AnswerCut.CSM:
        return people.get(value) or gettext("No CSM")
    if cut is AnswerCut.SELLER:
        return people.get(value) or gettext("No account executive")
    if not value:
        return gettext("None known")
    if cut is AnswerCut.FIT:
        return _fit_word(value)
    return gettext(MOMENT_WORDS.label(value)) if cut is AnswerCut.MOMENT else label(value)


def _fit_word(value: str) -> str:
    """“High, 70 to 100”."""
    if value not in set(FitBand):
        return gettext("None known")
    low, high = FIT_BOUNDS[FitBand(value)]
    words = {"band": label(value), "low": low, "high": high}
    return gettext("%(band)s, %(low)s to %(high)s") % words


def answers_counted(count: int) -> str:
    return ngettext("%(count)s answer", "%(count)s answers", count) % {"count": f"{count:,}"}


_MEANINGS = {
    Pattern.ALL_FALLING: gettext_noop(
        "All three fall (%(figures)s): the cause is the product or the team."
    ),
    Pattern.WEAK_VALUE: gettext_noop("Good support, weak long-term value: %(figures)s."),
    Pattern.EXHAUSTED: gettext_noop("Loyal but exhausted, a risk at renewal: %(figures)s."),
    Pattern.INTERACTION_QUALITY: gettext_noop(
        "Tasks are easy, but interactions disappoint: %(figures)s."
    ),
    Pattern.NOTHING: gettext_noop("No pattern between them: %(figures)s."),
    Pattern.TOO_FEW: gettext_noop("Too few answers to read the three together: %(figures)s."),
}


def reading_words(reading: CombinedReading) -> str:
    """One sentence, with all three figures."""
    return gettext(_MEANINGS[reading.pattern]) % {
        "figures": ", ".join(_kind_figure(reading, kind) for kind in SurveyKind)
    }


def _kind_figure(reading: CombinedReading, kind: SurveyKind) -> str:
    found = reading.scores.get(kind)
    said = {"kind": kind.value.upper(), "n": f"{found.n:,}" if found else ""}
    if found is None:
        return gettext("%(kind)s without answers") % said
    earlier = reading.movements.get(kind)
    if reading.pattern is Pattern.ALL_FALLING and earlier is not None:
        said |= {"before": score_shown(earlier.before), "now": score_shown(found)}
        return gettext("%(kind)s from %(before)s to %(now)s") % said
    return gettext("%(kind)s %(score)s of %(n)s") % (said | {"score": score_shown(found)})
