"""A day of a small company: two currencies, contracts of the quarter, scores, news of the week."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from accounts.models import Contract
from health.models import Band as ScorecardBand
from health.models import ClosedDay, HealthScore, Scorecard, ThresholdCrossing

CLOSED = date(2025, 6, 14)
MONTH_END = date(2025, 5, 31)
NOW = datetime(2025, 6, 15, 8, tzinfo=UTC)


def at(day):
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def make_card():
    card = Scorecard.objects.create(key="four", version=1, name="Four", created_at=NOW)
    for key, lower, at_risk, order in (
        ("healthy", 75, False, 10),
        ("watch", 50, False, 20),
        ("intervene", 0, True, 30),
    ):
        ScorecardBand.objects.create(
            scorecard=card, key=key, name=key, lower=lower, at_risk=at_risk, tone=key, order=order
        )
    return card


def judge(account, card, day, score, band, *, revision=0):
    HealthScore.objects.create(
        account=account,
        day=day,
        revision=revision,
        scorecard=card,
        score=None if score is None else Decimal(score),
        band=band,
        confidence=100,
        raw=[],
        readings=[],
        weights=[],
        components=[],
        computed_at=at(day) + timedelta(days=1),
    )


def contract(account, number, ends_on, arr, **changes):
    return Contract.objects.create(
        account=account,
        external_id=f"c{number}",
        starts_on=ends_on - timedelta(days=365),
        ends_on=ends_on,
        arr_minor=arr,
        currency=changes.pop("currency", "USD"),
        learned_at=NOW,
        **changes,
    )


def make_world(*, company, people, book, card):
    company.rate("EUR", "1.105")
    cyd = company.account("Cyd", owner=people["carl"])
    company.post(cyd, date(2024, 1, 1), "new", 333_33, currency="EUR")
    company.post(cyd, date(2025, 6, 10), "expansion", 77_77, currency="EUR")
    for day in (MONTH_END, CLOSED):
        judge(book[0], card, day, "85", "healthy")
        judge(book[1], card, day, "25", "intervene")
        judge(cyd, card, day, None, "unscored")
        ClosedDay.objects.create(day=day, closed_at=at(day) + timedelta(days=1))
    ThresholdCrossing.objects.create(
        account=book[1],
        day=date(2025, 6, 11),
        subject="score",
        seq=1,
        kind="band",
        cause="moved",
        direction="down",
        from_band="watch",
        to_band="intervene",
        score_before=Decimal(55),
        score_after=Decimal(25),
        scorecard=card,
        created_at=NOW,
    )
    contract(book[0], 1, date(2025, 4, 10), 40_000_00, state="renewed", closed_on=date(2025, 4, 1))
    contract(book[0], 2, date(2025, 6, 28), 4_000_00)
    contract(book[1], 3, date(2025, 6, 30), 5_000_01)
    contract(cyd, 4, date(2025, 6, 12), 411_10, currency="EUR")
    contract(book[1], 5, date(2025, 6, 13), 700_00, state="cancelled", closed_on=date(2025, 6, 13))
    company.post(book[1], date(2025, 6, 13), "contraction", 700_00)
    return (*book, cyd)
