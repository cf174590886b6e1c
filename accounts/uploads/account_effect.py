"""What an import does to where accounts stand: their segment, touch tier, score and band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import Max

from accounts.models import Account, DirtyAccount
from accounts.uploads.score_source import GIVERS, Scored

_AT_ONCE = 500
# Where a change stands among others, and the largest change of a score in hundredths.
_RANKS, _LARGEST = 2**14, 10_000


@dataclass(frozen=True, slots=True)
class AccountSide:
    external_id: str
    name: str
    segment: str
    tier: str
    scored: Scored | None = None


Moved: TypeAlias = tuple[AccountSide | None, AccountSide]


@dataclass(slots=True)
class AccountEffect:
    """Of one transaction. `after` is looked at before it is taken back, what was then."""

    marked: int
    before: dict[int, AccountSide] = field(default_factory=dict)
    after: dict[int, AccountSide] = field(default_factory=dict)
    is_scored: bool = False
    accounts: int = 0

    @classmethod
    def begun(cls) -> AccountEffect:
        """Every account whose facts change is marked from here on."""
        return cls(DirtyAccount.objects.aggregate(last=Max("pk"))["last"] or 0)

    def look(self, *, now: datetime) -> None:
        """At the accounts that were marked, as they would stand."""
        marks = DirtyAccount.objects.filter(pk__gt=self.marked)
        ids = sorted(set(marks.values_list("account", flat=True)))
        self.accounts, scores = len(ids), _scores_of(ids, now=now) if GIVERS and ids else None
        self.is_scored = scores is not None
        self.after = _account_sides(ids, scores or {})

    def look_back(self) -> None:
        """At the same accounts, once all is as it was."""
        scores = GIVERS[0][0](list(self.after)) if self.is_scored else {}
        self.before = _account_sides(list(self.after), scores)

    def changed(self) -> list[Moved]:
        """Those who stand elsewhere than before; new ones come from nowhere."""
        pairs = [(self.before.get(pk), after) for pk, after in self.after.items()]
        moved = [pair for pair in pairs if pair[0] != pair[1]]
        return sorted(moved, key=_change_order)

    def as_json(self) -> dict[str, Any]:
        """How many accounts change what; new ones are counted apart."""
        moved = [(was, now) for was, now in self.changed() if was is not None]
        return {
            "accounts": self.accounts,
            "is_scored": self.is_scored,
            "new": len(self.after.keys() - self.before.keys()),
            "segment": sum(was.segment != now.segment for was, now in moved),
            "tier": sum(was.tier != now.tier for was, now in moved),
            "band": sum(_band_of(was) != _band_of(now) for was, now in moved),
            "score": sum(_score_of(was) != _score_of(now) for was, now in moved),
        }


def _scores_of(ids: Sequence[int], *, now: datetime) -> dict[int, Scored] | None:
    """A few at a time: nobody has taken statistics of rows that are not committed, and what reads
    thousands of accounts would be planned for none."""
    found: dict[int, Scored] = {}
    for start in range(0, len(ids), _AT_ONCE):
        scores = GIVERS[0][1](ids[start : start + _AT_ONCE], now=now)
        if scores is None:
            return None
        found |= scores
    return found


def together(totals: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """Of several transactions, each about accounts of its own. Without accounts there was nothing
    to score."""
    if totals is None or not totals["accounts"]:
        return dict(more)
    if not more["accounts"]:
        return dict(totals)
    added = {name: totals[name] + more[name] for name in totals if name != "is_scored"}
    return {**added, "is_scored": totals["is_scored"] and more["is_scored"]}


def _account_sides(ids: Sequence[int], scores: dict[int, Scored]) -> dict[int, AccountSide]:
    rows = Account.objects.filter(pk__in=ids)
    columns = ("pk", "external_id", "name", "segment", "touch_tier")
    return {
        pk: AccountSide(external_id, name, segment, tier, scores.get(pk))
        for pk, external_id, name, segment, tier in rows.values_list(*columns)
    }


def _band_of(standing: AccountSide) -> str:
    return standing.scored.band if standing.scored else ""


def _score_of(standing: AccountSide) -> Decimal | None:
    return standing.scored.score if standing.scored else None


def _change_order(pair: Moved) -> tuple[bool, bool, bool, Decimal, str]:
    """New ones last; then by band, by segment or tier, by how far the score falls or rises."""
    was, now = pair
    if was is None:
        return (True, True, True, Decimal(0), now.external_id)
    change = abs((_score_of(now) or Decimal(0)) - (_score_of(was) or Decimal(0)))
    is_elsewhere = (was.segment, was.tier) != (now.segment, now.tier)
    return (False, _band_of(was) == _band_of(now), not is_elsewhere, -change, now.external_id)


def rank(pair: Moved) -> int:
    """The same order as a number that compares with changes of other transactions."""
    is_new, same_band, same_size, change, _ = _change_order(pair)
    return (is_new * 4 + same_band * 2 + same_size) * _RANKS + _LARGEST + int(change * 100)


def planned(was: AccountSide | None, now: AccountSide) -> dict[str, Any]:
    """From and to of each, as a check keeps it; None where there was nothing."""
    before = _side_as_json(was) if was else dict.fromkeys(_side_as_json(now))
    after = _side_as_json(now)
    moves = {name: [before[name], after[name]] for name in after}
    return {"key": now.external_id, "title": now.name, "moves": moves, "is_new": was is None}


def _side_as_json(standing: AccountSide) -> dict[str, str | None]:
    score = _score_of(standing)
    return {
        "segment": standing.segment,
        "tier": standing.tier,
        "score": None if score is None else str(score),
        "band": _band_of(standing) or None,
    }
