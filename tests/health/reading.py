"""Raw values and readings of hand-made accounts, by the product's own path from facts."""

from datetime import timedelta
from decimal import Decimal

import numpy as np

from health.facts import Scope, load_base, load_facts
from health.facts.scope import number
from health.facts.sources import Feeds, read_spans
from health.measures import raw_matrix
from health.queries.scorecards import in_force
from health.scoring import read, to_decimal
from tests.health.builders import DAY


def raw(account, key, *, day=DAY, as_known=False, block=False):
    """The raw value, None where missing; `block` reads it out of a block of days instead."""
    feeds = Feeds({source: number(first) for source, first, _ in read_spans(zone="UTC")})
    last = day + timedelta(days=20) if block else day
    first = day - timedelta(days=20) if block else day
    scope = Scope(np.array([account.pk]), first, last, "UTC", as_known)
    base = load_base(scope, with_history=True)
    facts = load_facts(scope, base=base, feeds=feeds, since_start=np.array([True]))
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


__all__ = ["Decimal", "judged", "raw", "reading"]
