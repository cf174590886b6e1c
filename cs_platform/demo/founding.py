"""Which customers there are: each slot is held by one after another, the last one until today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.catalogue import Segment
from cs_platform.demo.commerce import Customer, Negotiation, Story, tell_story
from cs_platform.demo.satisfaction import (
    Character,
    Shock,
    draw_shocks,
    incident_days,
    satisfaction_paths,
)
from cs_platform.demo.shape import SEGMENTS, SegmentModel, Shape
from cs_platform.demo.timeline import Timeline

YEARLY_LOGO_GROWTH = 1.14
LONGEST_CUSTOMER_DAYS = 900
# Months of a first contract and how common they are.
_TERMS = {
    Segment.ENTERPRISE: ((12, 0.8), (24, 0.14), (36, 0.06)),
    Segment.MID_MARKET: ((12, 0.93), (24, 0.07)),
    Segment.SMB: ((12, 0.9), (1, 0.1)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """An account with its hidden truth and its story in money."""

    id: int
    model: SegmentModel
    since: int
    fit: float
    quality: float
    path: np.ndarray
    shocks: tuple[Shock, ...]
    story: Story

    @property
    def until(self) -> int | None:
        """The first day it is no customer any more; None while it is one."""
        return self.story.churned


def timeline_of(shape: Shape) -> Timeline:
    return Timeline(first_day=shape.first_day, days=shape.days)


def found_block(shape: Shape, *, block: int) -> list[Founded]:
    """All accounts of a block, churned ones included, in order of id."""
    random = shape.random(block=block, topic=1)
    kinds = shape.segment_of_slots()[shape.slots(block=block).start :][
        : len(shape.slots(block=block))
    ]
    since = _first_days(random, slots=len(kinds), shape=shape)
    founded: list[Founded] = []
    next_id = block * shape.account_ids_per_block + 1
    while len(kinds):
        round_ = _found_round(random, shape=shape, kinds=kinds, since=since, first_id=next_id)
        founded += round_
        next_id += len(round_)
        left = [n for n, account in enumerate(round_) if account.until is not None]
        ended = np.array([round_[n].until or 0 for n in left], dtype=int)
        kinds = kinds[left]
        since = np.minimum(ended + random.integers(3, 50, size=len(left)), shape.days - 1)
    if len(founded) > shape.account_ids_per_block:
        raise ValueError(f"{len(founded)} accounts in one block; choose fewer years")
    return founded


def _first_days(random: np.random.Generator, *, slots: int, shape: Shape) -> np.ndarray:
    """Most were customers before the first day, the others joined along the way."""
    before = -random.integers(20, LONGEST_CUSTOMER_DAYS, size=slots)
    during = random.integers(10, max(11, shape.days - 20), size=slots)
    return np.where(random.random(slots) < YEARLY_LOGO_GROWTH**-shape.years, before, during)


def _found_round(
    random: np.random.Generator,
    *,
    shape: Shape,
    kinds: np.ndarray,
    since: np.ndarray,
    first_id: int,
) -> list[Founded]:
    size = len(kinds)
    character = _characters(random, kinds=kinds, since=since)
    incidents = incident_days(shape.random(block=-1, topic=2), days=shape.days)
    shocks = draw_shocks(random, accounts=size, days=shape.days, incidents=incidents)
    paths = satisfaction_paths(random, character=character, shocks=shocks, days=shape.days)
    by_account: list[list[Shock]] = [[] for _ in range(size)]
    for shock in shocks:
        by_account[shock.account].append(shock)
    founded = []
    for n in range(size):
        customer = _customer(
            random, model=SEGMENTS[kinds[n]], since=int(since[n]), fit=float(character.fit[n])
        )
        story = tell_story(Negotiation(customer, paths[n], timeline_of(shape), random))
        known = (float(character.quality[n]), paths[n], tuple(by_account[n]))
        founded.append(_founded(first_id + n, customer, known, story))
    return founded


def _founded(
    id_: int, customer: Customer, known: tuple[float, np.ndarray, tuple[Shock, ...]], story: Story
) -> Founded:
    quality, path, shocks = known
    return Founded(
        id=id_,
        model=customer.model,
        since=customer.since,
        fit=customer.fit,
        quality=quality,
        path=path,
        shocks=shocks,
        story=story,
    )


def _characters(random: np.random.Generator, *, kinds: np.ndarray, since: np.ndarray) -> Character:
    size = len(kinds)
    care = np.array([1.3, 1.0, 0.35])
    return Character(
        fit=np.clip(random.normal(0.715, 0.1, size), 0.25, 0.95),
        quality=np.clip(random.normal(0.66, 0.17, size), 0.1, 1.0),
        care=care[kinds],
        since=since,
    )


def _customer(
    random: np.random.Generator, *, model: SegmentModel, since: int, fit: float
) -> Customer:
    terms = _TERMS[model.segment]
    months = int(random.choice([n for n, _ in terms], p=[odds for _, odds in terms]))
    arr = model.arr_median * np.exp(random.normal(0, model.arr_spread))
    unit = 1_200 if months == 1 else 10_000
    low, high = -(-model.arr_low * 100 // unit), model.arr_high * 99 // unit
    return Customer(
        model=model,
        since=since,
        months=months,
        arr_minor=int(np.clip(round(arr * 100 / unit), low, high)) * unit,
        fit=fit,
    )
