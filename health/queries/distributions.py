"""The distributions that a day is held against, those of the night before it; and who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

import numpy as np

from accounts.money.currencies import MINUS
from accounts.queries.sizes import segment_ids
from health.facts.profiles import load as load_profiles
from health.facts.scope import FactScope
from health.measures import MEASURES
from health.measures.parameters import PERCENTILE
from health.measures.percentiles import ALL, LEAST_ACCOUNTS, Distribution, Distributions
from health.measures.season import is_season
from health.models import HealthScore, MeasureDistribution
from health.queries.installation import calendar

_NIGHT = timedelta(days=1)
_ALONE = "among {accounts:,} accounts of its segment"
_AMONG_ALL = "among all {accounts:,} accounts"
_IN_SEASON = "relative to the season, in which the median account moved by {moved}"
_TOO_SMALL = f"{_AMONG_ALL}: its segment has fewer than {LEAST_ACCOUNTS}"


def night_before(day: date) -> date:
    """The last closed night as of a day: what is still open, or being closed, is no yardstick."""
    return day - _NIGHT


def read_distributions(
    *, days: Collection[date], measures: Collection[str]
) -> dict[date, Distributions]:
    """By the day that is judged; without measures nothing is asked."""
    if not measures:
        return {}
    rows = MeasureDistribution.objects.filter(
        day__in=[night_before(day) for day in days], measure__in=measures
    )
    ids = segment_ids()
    found: dict[date, dict[str, dict[int, Distribution]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        segment = ids.get(row.segment, ALL) if row.segment else ALL
        spread = Distribution(row.accounts, np.array(row.values, dtype=np.float64))
        found[row.day + _NIGHT][row.measure][segment] = spread
    return {day: Distributions(groups) for day, groups in found.items()}


def held_against(stored: HealthScore, keys: Iterable[str], *, today: date) -> Mapping[str, str]:
    """By percentile of these measures among whom it is one, and by change relative to a season what
    season it was, in words."""
    measures = [MEASURES[key] for key in keys if MEASURES[key].compared]
    if not measures:
        return {}
    found = read_distributions(days=[stored.day], measures=[m.compared for m in measures])
    spread, own = found.get(stored.day, Distributions()), _segment_of(stored, today=today)
    words = {}
    for measure in measures:
        if measure.unit != PERCENTILE.key:
            words[measure.key] = _season_note(spread, measure.compared)
            continue
        of_segment = measure.key.endswith(f"{PERCENTILE.key}=segment)")
        group = spread.group(measure.compared, own if of_segment else ALL)
        if group is not None:
            said = _ALONE if group != ALL else _TOO_SMALL if of_segment else _AMONG_ALL
            accounts = spread.of[measure.compared][group].accounts
            words[measure.key] = said.format(accounts=accounts)
    return {key: said for key, said in words.items() if said}


def _season_note(spread: Distributions, measure: str) -> str:
    """Empty where there was none to be taken out."""
    median = spread.median(measure)
    moved = f"{median:+.0%}".replace("-", MINUS)
    return _IN_SEASON.format(moved=moved) if is_season(median) else ""


def _segment_of(stored: HealthScore, *, today: date) -> int:
    """As it was on the day."""
    is_past = stored.day < today
    account = np.array([stored.account_id], dtype=np.int64)
    zone = calendar().zone
    scope = FactScope(account, stored.day, stored.day, zone, as_known=is_past, open_day=today)
    return int(load_profiles(scope, with_history=is_past).on(stored.day).segment[0])
