"""Which customers there are: each slot is held by one after another, the last one until today."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np

from accounts.catalogue import Segment
from accounts.demo.commerce import Customer, Negotiation, Story, tell_story
from accounts.demo.satisfaction import (
    Character,
    Shock,
    draw_shocks,
    incident_days,
    satisfaction_paths,
)
from accounts.demo.shape import ACCOUNTS_PER_BLOCK, SEGMENTS, SegmentModel, Shape
from accounts.demo.timeline import Timeline

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
    """An account with its hidden truth and its story in money.

    `place` is its number in the block, by who came before it: it stays when ids move.
    """

    id: int
    place: int
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
    slots = shape.slots(block=block)
    kinds = shape.segment_of_slots()[slots.start : slots.stop]
    since = _first_days(shape.random(block=block, topic=1), slots=len(kinds), shape=shape)
    places = np.arange(len(kinds))
    founded: list[Founded] = []
    next_id = block * shape.account_ids_per_block + 1
    for turn in count():
        opening = Round(shape, block, turn, kinds, since)
        round_ = _found_round(opening, places=places, first_id=next_id)
        founded += round_
        next_id += len(round_)
        left = [account for account in round_ if account.until is not None]
        if not left:
            break
        places = np.array([account.place % ACCOUNTS_PER_BLOCK for account in left])
        ended = np.array([account.until for account in left], dtype=int)
        pauses = opening.random(topic=6).integers(3, 50, size=len(kinds))[places]
        since[places] = np.minimum(ended + pauses, shape.days - 1)
    if len(founded) > shape.account_ids_per_block:
        raise ValueError(f"{len(founded)} accounts in one block; choose fewer years")
    return founded


def _first_days(random: np.random.Generator, *, slots: int, shape: Shape) -> np.ndarray:
    """Most were customers before the first day, the others joined along the way."""
    before = -random.integers(20, LONGEST_CUSTOMER_DAYS, size=slots)
    during = random.integers(10, max(11, shape.days - 20), size=slots)
    return np.where(random.random(slots) < YEARLY_LOGO_GROWTH**-shape.years, before, during)


@dataclass(frozen=True, slots=True)
class Round:
    """Who comes next in the slots of a block: `kinds` and `since` of all of them."""

    shape: Shape
    block: int
    turn: int
    kinds: np.ndarray
    since: np.ndarray

    def random(self, *, topic: int) -> np.random.Generator:
        return self.shape.random(block=self.block, topic=topic, place=self.turn)

    def number(self, slot: int) -> int:
        return self.turn * ACCOUNTS_PER_BLOCK + slot


def _found_round(opening: Round, *, places: np.ndarray, first_id: int) -> list[Founded]:
    """Draws for every slot, whoever is needed: one who leaves on another day moves nobody else."""
    shape, kinds = opening.shape, opening.kinds
    random = opening.random(topic=7)
    character = _draw_characters(random, kinds=kinds, since=opening.since)
    incidents = incident_days(shape.random(block=-1, topic=2), days=shape.days)
    shocks = draw_shocks(random, accounts=len(kinds), days=shape.days, incidents=incidents)
    paths = satisfaction_paths(random, character=character, shocks=shocks, days=shape.days)
    by_slot: list[list[Shock]] = [[] for _ in kinds]
    for shock in shocks:
        by_slot[shock.account].append(shock)
    return [
        _found_account(
            opening, id_=id_, slot=slot, character=character, path=paths[slot], shocks=by_slot[slot]
        )
        for id_, slot in enumerate(places.tolist(), start=first_id)
    ]


def _found_account(
    opening: Round,
    *,
    id_: int,
    slot: int,
    character: Character,
    path: np.ndarray,
    shocks: list[Shock],
) -> Founded:
    number = opening.number(slot)
    own = opening.shape.random(block=opening.block, topic=5, place=number + 1)
    model, since = SEGMENTS[opening.kinds[slot]], int(opening.since[slot])
    customer = _draw_customer(own, model=model, since=since, fit=float(character.fit[slot]))
    talk = Negotiation(customer, path.copy(), timeline_of(opening.shape), own)
    return Founded(
        id=id_,
        place=number,
        model=model,
        since=since,
        fit=customer.fit,
        quality=float(character.quality[slot]),
        path=talk.path,
        shocks=tuple(shocks),
        story=tell_story(talk),
    )


def _draw_characters(
    random: np.random.Generator, *, kinds: np.ndarray, since: np.ndarray
) -> Character:
    size = len(kinds)
    care = np.array([1.3, 1.0, 0.35])
    return Character(
        fit=np.clip(random.normal(0.715, 0.1, size), 0.25, 0.95),
        quality=np.clip(random.normal(0.66, 0.17, size), 0.1, 1.0),
        care=care[kinds],
        since=since,
    )


def _draw_customer(
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
