"""Why a measure has no value: of the possible reasons, those that are true of the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from health.facts import FactScope, load_base, load_facts
from health.facts.sources import remembered_feeds
from health.measures import compared_by, reasons
from health.models import HealthScore
from health.queries.distributions import read_distributions
from health.queries.installation import calendar


def why_missing(stored: HealthScore, keys: Iterable[str], *, today: date) -> Mapping[str, str]:
    """In words by key of a measure, from the facts of the day as scoring reads them."""
    wanted = list(keys)
    if not wanted:
        return {}
    is_past = stored.day < today
    account = np.array([stored.account_id], dtype=np.int64)
    zone = calendar().zone
    scope = FactScope(account, stored.day, stored.day, zone, as_known=is_past, open_day=today)
    base = load_base(scope, with_history=is_past)
    asked = np.ones(1, dtype=np.bool_)
    rows = load_facts(
        scope,
        base=base,
        feeds=remembered_feeds(),
        since_start=asked,
        names=wanted,
        distributions=read_distributions(days=[stored.day], measures=compared_by(wanted)),
    )
    facts = rows.on(stored.day)
    return {key: reasons(facts, key) for key in wanted}
