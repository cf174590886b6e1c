"""Raw values and readings of hand-made accounts, by the product's own path from facts."""

from datetime import timedelta
from decimal import Decimal

import numpy as np

from health.facts import FactScope, load_base, load_facts
from health.facts.scope import number
from health.facts.sources import Feeds, read_spans
from health.measures import raw_matrix
from health.models import UsagePacking
from health.queries.scorecards import in_force
from health.recompute.usage_packs import pack_usage
from health.scoring import read, to_decimal
from tests.health.builders import DAY

# From the facts of one day, out of a block of days, and from packs made some days before.
PACKED_DAYS_AGO = {"packed": [1], "old packs": [20], "rolled packs": [20, 11, 3]}
WAYS = ["facts", "block", *PACKED_DAYS_AGO]


def pack(*, day, days_ago):
    UsagePacking.objects.all().delete()
    for days in days_ago:
        pack_usage(day=day - timedelta(days=days - 1))
    packing = UsagePacking.objects.first()
    assert packing.until == day - timedelta(days=days_ago[-1])


def raw(account, key, *, day=DAY, as_known=False, way="facts", open_day=None):
    """The raw value, None where missing, read in one of the WAYS; `open_day` is not over yet."""
    feeds = Feeds({source: number(first) for source, first, _ in read_spans(zone="UTC")})
    spread = timedelta(days=20 if way == "block" else 0)
    if way in PACKED_DAYS_AGO:
        pack(day=day, days_ago=PACKED_DAYS_AGO[way])
    scope = FactScope(np.array([account.pk]), day - spread, day + spread, "UTC", as_known, open_day)
    base = load_base(scope, with_history=True)
    facts = load_facts(scope, base=base, feeds=feeds, since_start=np.array([True]), names=[key])
    value = float(raw_matrix(facts.on(day), (key,))[0, 0])
    return None if np.isnan(value) else value


def reading(card_key, key, value):
    """What the shipped curve makes of a raw value."""
    measure = {m.key: m for m in in_force()[card_key].spec.measures}[key]
    return to_decimal(int(read(measure.curve, np.array([value]))[0]))


def judged(card_key, key, account, **how):
    """Raw value and reading."""
    value = raw(account, key, **how)
    return value, None if value is None else reading(card_key, key, value)


__all__ = ["WAYS", "Decimal", "judged", "raw", "reading"]
