"""Why an account's ARR moved, told from its contracts: seats, price, another product, a line more
or less, another currency, an end.

Amounts are ARR in minor units of their currency. The parts of a day and currency add up to what
changed on it. What the contracts do not tell is a part of its own and never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from accounts.catalogue import MovementCause, MovementSubtype
from accounts.intake.contract_terms import ContractTerm
from accounts.intake.terms import Stretch

_SUBTYPES = frozenset(subtype.value for subtype in MovementSubtype)


class PartKey(NamedTuple):
    effective_on: date
    currency: str
    cause: MovementCause


class Piece(NamedTuple):
    """What a term counts for, with the term itself."""

    stretch: Stretch
    term: ContractTerm

    @property
    def arr(self) -> int:
        return self.stretch.arr


Pieces = list[Piece]
Parts = Counter[tuple[str, MovementCause]]
"""Of one day: signed minor units by currency and cause."""


def parts_of(
    found: Sequence[Stretch], terms: Iterable[ContractTerm], *, until: date
) -> dict[PartKey, int]:
    """Of every day up to `until` on which an account that paid before pays more, less or nothing.

    A first payment and a return have no parts: what all of it is, their kind says.
    """
    by_key = {term.key: term for term in terms}
    starts: dict[date, Pieces] = {}
    for stretch in found:
        starts.setdefault(stretch.starts_on, []).append(Piece(stretch, by_key[stretch.key]))
    days = {*starts, *(stretch.ends_on for stretch in found if stretch.ends_on)}
    running: Pieces = []
    parts: dict[PartKey, int] = {}
    for day in sorted(day for day in days if day <= until):
        started = starts.get(day, [])
        ended = [piece for piece in running if piece.stretch.ends_on == day]
        staying = [piece for piece in running if piece.stretch.ends_on != day]
        if any(piece.arr for piece in running):
            of_day = _parts_of_day(ended, started, staying)
            parts |= {PartKey(day, *key): amount for key, amount in of_day.items() if amount}
        running = [*staying, *started]
    return parts


def _parts_of_day(ended: Pieces, started: Pieces, staying: Pieces) -> Parts:
    if not any(piece.arr for piece in [*started, *staying]):
        return _loss_of_all(ended)
    parts: Parts = Counter()
    groups = list(matched_groups(ended, started))
    for old, new in groups:
        parts.update(_parts_of_group(old, new))
    followed = [piece for new in groups for piece in new[1]]
    kept = {piece.term.product for piece in [*staying, *followed] if piece.arr}
    for piece in _without_matched(ended, [piece for old in groups for piece in old[0]]):
        parts[piece.stretch.currency, _cause_of_end(piece, kept=kept)] -= piece.arr
    for piece in _without_matched(started, followed):
        parts[piece.stretch.currency, _cause_of_start(piece, kept=kept)] += piece.arr
    return parts


def _loss_of_all(ended: Pieces) -> Parts:
    parts: Parts = Counter()
    for piece in ended:
        is_told = piece.term.is_cancelled
        cause = MovementCause.CANCELLED if is_told else MovementCause.LAPSED
        parts[piece.stretch.currency, cause] -= piece.arr
    return parts


def matched_groups(ended: Pieces, started: Pieces) -> Iterator[tuple[Pieces, Pieces]]:
    """What ended with what goes on from it. On most days one ends and one starts: that is asked
    for at once."""
    if len(ended) == len(started) == 1:
        if _goes_on_as(ended[0], started[0]):
            yield ended, started
    elif ended and started:
        yield from groups_among(ended, started)


def groups_among(ended: Pieces, started: Pieces) -> Iterator[tuple[Pieces, Pieces]]:
    """Of however many: itself renewed, a step of its deal, its subscription, its product, the
    contract that names it; then whatever else was taken over."""
    old, new = ended, started
    for name in _NAMES:
        olds, news = _by_name(old, name), _by_name(new, name)
        groups = [(olds[value], news[value]) for value in olds if value and value in news]
        yield from groups
        old = _without_matched(old, [piece for group in groups for piece in group[0]])
        new = _without_matched(new, [piece for group in groups for piece in group[1]])
    for piece in old:
        linked = [p for p in new if p.term.renews == piece.term.key]
        if linked:
            old, new = _without_matched(old, [piece]), _without_matched(new, linked)
            yield [piece], linked
    taken_over = [piece for piece in old if piece.stretch.is_taken_over]
    if taken_over and new:
        yield taken_over, new


def _own_name(piece: Piece) -> str:
    return str(piece.term.key)


def _deal_name(piece: Piece) -> str:
    is_step = piece.stretch.is_step or piece.stretch.steps_on is not None
    return f"{piece.term.deal}\n{piece.term.product}" if piece.term.deal and is_step else ""


def _subscription_name(piece: Piece) -> str:
    return piece.term.subscription


def _product_name(piece: Piece) -> str:
    return piece.term.product


_NAMES = (_own_name, _deal_name, _subscription_name, _product_name)


def _goes_on_as(old: Piece, new: Piece) -> bool:
    """As `groups_among` would say of one of each."""
    named = any(name(old) and name(old) == name(new) for name in _NAMES)
    return named or new.term.renews == old.term.key or old.stretch.is_taken_over


def _by_name(pieces: Pieces, name: Callable[[Piece], str]) -> dict[str, Pieces]:
    found: dict[str, Pieces] = {}
    for piece in pieces:
        found.setdefault(name(piece), []).append(piece)
    return found


def _without_matched(pieces: Pieces, gone: Pieces) -> Pieces:
    """By what they are, not by how they look: an account may have thousands."""
    ids = set(map(id, gone))
    return [piece for piece in pieces if id(piece) not in ids]


def _parts_of_group(old: Pieces, new: Pieces) -> Parts:
    """Amounts of two currencies are not compared: all of them is the change of currency."""
    parts: Parts = Counter()
    for currency in {piece.stretch.currency for piece in [*old, *new]}:
        was = [piece for piece in old if piece.stretch.currency == currency]
        now = [piece for piece in new if piece.stretch.currency == currency]
        if was and now:
            shares = _causes_of_step(was, now)
        else:
            shares = {MovementCause.CURRENCY: _arr_of(now) - _arr_of(was)}
        parts.update({(currency, cause): amount for cause, amount in shares.items()})
    return parts


def _causes_of_step(old: Pieces, new: Pieces) -> dict[MovementCause, int]:
    """Of what went on in one currency: the units at the old price, the rest is the price."""
    change = _arr_of(new) - _arr_of(old)
    if not change:
        return {}
    products = {p.term.product for p in old}, {p.term.product for p in new}
    named = products[0] | products[1]
    if products[0] != products[1] and "" not in named:
        return {MovementCause.UPSELL if change > 0 else MovementCause.DOWNGRADE: change}
    units = _units_of(old), _units_of(new)
    if len(named) == 1 and units[0] and units[1] is not None:
        of_units = round(Fraction(_arr_of(old) * (units[1] - units[0]), units[0]))
        return {MovementCause.SEATS: of_units, MovementCause.PRICE: change - of_units}
    if all(piece.stretch.is_step for piece in new):
        return {MovementCause.PRICE: change}
    return {MovementCause.NOT_TOLD: change}


def _arr_of(pieces: Pieces) -> int:
    return sum(piece.arr for piece in pieces)


def _units_of(pieces: Pieces) -> int | None:
    """None where it is not known of each."""
    units = [piece.term.quantity for piece in pieces]
    return None if None in units else sum(filter(None, units))


def _cause_of_start(piece: Piece, *, kept: Container[str]) -> MovementCause:
    """More of a product it keeps is seats where the contract says how many."""
    product = piece.term.product
    if product and product in kept and piece.term.quantity:
        return MovementCause.SEATS
    if product and product not in kept and "" not in kept:
        return MovementCause.CROSS_SELL
    return MovementCause.NOT_TOLD


def _cause_of_end(piece: Piece, *, kept: Container[str]) -> MovementCause:
    """One that something unnamed took over is not told; any other ended."""
    if piece.stretch.is_taken_over:
        return MovementCause.NOT_TOLD
    if piece.term.product and piece.term.product in kept and piece.term.quantity:
        return MovementCause.SEATS
    return MovementCause.ENDED


def subtypes_of(parts: Mapping[PartKey, int]) -> dict[tuple[date, str], MovementSubtype]:
    """By day and currency, where one cause that is a subtype of movements is all of it."""
    causes: dict[tuple[date, str], list[MovementCause]] = {}
    for key in parts:
        causes.setdefault((key.effective_on, key.currency), []).append(key.cause)
    return {
        day: MovementSubtype(found[0].value)
        for day, found in causes.items()
        if len(found) == 1 and found[0].value in _SUBTYPES
    }
