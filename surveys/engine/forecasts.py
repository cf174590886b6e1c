"""What surveys would do in the days to come, by what is known today: the nights to come are planned
one after the other, by the same rules, and nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from surveys.engine.askings import AskedPeople, SurveyCandidate, by_account
from surveys.engine.governed import AskingFacts, AskingRules, SettledOccasion, read_known
from surveys.engine.moments import LEARNED_LATE, DaySpan, fallen_moments
from surveys.engine.planning import (
    BATCH,
    InvitationRow,
    candidates_on,
    decide_batch,
    in_batches,
)
from surveys.models import Survey
from surveys.scoring.governance import Asked
from surveys.scoring.plans import AccountTouch

NIGHT_AT = time(0, 15)


@dataclass(slots=True)
class ForecastDay:
    """By survey: how many would go out on that day, and how many would have, by the reason."""

    sent: Counter[str] = field(default_factory=Counter)
    held_back: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class Forecast:
    """By day on which they would be sent. What is planned already is no part of it."""

    days: dict[date, ForecastDay] = field(default_factory=lambda: defaultdict(ForecastDay))

    def sent(self, survey_key: str = "") -> int:
        """Of one survey, or of all."""
        return sum(
            count
            for day in self.days.values()
            for key, count in day.sent.items()
            if survey_key in ("", key)
        )

    def held_back(self, survey_key: str = "") -> Counter[str]:
        """By reason, of one survey or of all."""
        found: Counter[str] = Counter()
        for day in self.days.values():
            for (key, reason), count in day.held_back.items():
                if survey_key in ("", key):
                    found[reason] += count
        return found

    def add(self, row: InvitationRow, *, day: date) -> None:
        key = row.candidate.survey.key
        if row.reason is None:
            self.days[day].sent[key] += 1
        else:
            self.days[day].held_back[key, str(row.reason)] += 1


def forecast(day: date, *, now: datetime, days: int = 30, survey: Survey | None = None) -> Forecast:
    """Of the nights that open `day` and the `days` after it, `day` included. With a draft: as if it
    were published now, in the place of the version in force, among all the others."""
    span = DaySpan(day - LEARNED_LATE, day + timedelta(days=days - 1))
    grouped = by_account(_candidates_ahead(span, survey, now))
    rules, found = AskingRules.in_force(), Forecast()
    for account_ids in in_batches(sorted(grouped), BATCH):
        of_batch = {account_id: grouped[account_id] for account_id in account_ids}
        for row in _rows_of_batch(of_batch, day=day, now=now, rules=rules):
            found.add(row, day=rules.day_of(row.due_at))
    return found


def _candidates_ahead(
    span: DaySpan, draft: Survey | None, now: datetime
) -> Iterator[SurveyCandidate]:
    for candidate in candidates_on(span):
        if draft is None or candidate.survey.key != draft.key:
            yield candidate
    if draft is not None:
        for fallen in fallen_moments(draft, span, published_at=draft.published_at or now):
            yield SurveyCandidate(draft, fallen)


def _rows_of_batch(
    of_batch: Mapping[int, Sequence[SurveyCandidate]],
    *,
    day: date,
    now: datetime,
    rules: AskingRules,
) -> Iterator[InvitationRow]:
    """Night by night: what one has planned the next one knows."""
    account_ids = list(of_batch)
    known = read_known(account_ids, now=now, rules=rules)
    people = AskedPeople(account_ids)
    nights: dict[date, list[SurveyCandidate]] = defaultdict(list)
    for candidates in of_batch.values():
        for each in candidates:
            nights[max(each.fallen.day, day)].append(each)
    for night in sorted(nights):
        begins = datetime.combine(night, NIGHT_AT, tzinfo=rules.installation.zone)
        _mark_sent(known, {each.fallen.account_id for each in nights[night]}, before=night)
        rows = decide_batch(
            nights[night], people=people, known=known, rules=rules, now=max(now, begins)
        )
        for row in rows:
            _note_row(known, row, rules=rules)
            yield row


def _mark_sent(known: AskingFacts, account_ids: set[int], *, before: date) -> None:
    """What was planned for an earlier day has gone out by then."""
    for account_id in account_ids:
        known.asked[account_id] = [
            replace(each, is_planned=False) if each.is_planned and each.day < before else each
            for each in known.asked[account_id]
        ]


def _note_row(known: AskingFacts, row: InvitationRow, *, rules: AskingRules) -> None:
    candidate, fallen = row.candidate, row.candidate.fallen
    key = candidate.survey.key
    known.settle(
        SettledOccasion(key, fallen.account_id, fallen.occasion, row.contact_id), candidate.moment
    )
    if row.reason is not None or row.contact_id is None:
        return
    moment = None if candidate.moment == "rhythm" else fallen.occasion
    day = rules.day_of(row.due_at)
    known.note_asked(fallen.account_id, Asked(row.contact_id, key, day, moment, is_planned=True))
    known.touches.append(AccountTouch(fallen.account_id, (row.contact_id,), row.due_at))
