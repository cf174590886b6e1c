"""Usage as columns: what nobody has told of before is one binary COPY, the rest goes by rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts import binary_rows
from accounts.binary_rows import FIRST_ORDINAL
from accounts.intake.errors import RecordError
from accounts.intake.usage_blocks import NO_VALUE, Ints, UsageColumns
from accounts.intake.usage_rows import UsageRow
from accounts.loading.change_signals import mark_dirty
from accounts.loading.day_sums import lock_accounts
from accounts.loading.results import LoadResult, Status
from accounts.loading.seals import learned_from
from accounts.loading.usage import load_usage, told_before
from accounts.loading.usage_ids import UsageIds
from accounts.loading.week_sums import told_by_week
from accounts.postgres_copy import copy

_KINDS = {
    "account": ">i8",
    "day": ">i4",
    "feature": ">i2",
    "actor": ">i2",
    "learned": ">i4",
    "events": ">i4",
}
_VALUED = {**_KINDS, "value": ">i8"}
_COPY = (
    "COPY accounts_usageday (account_id, day, feature_id, actor, learned_on, events{})"
    " FROM STDIN (FORMAT binary)"
)


def load_usage_columns(
    columns: UsageColumns, *, directory: UsageIds, day: date, result: LoadResult, backfill: bool
) -> None:
    """As load_usage would; repeats within the batch are told apart as well."""
    # In every transaction that writes usage, whichever way its rows go.
    learned = learned_from(day, backfill=backfill).toordinal()
    accounts, features, days = _ids_by_place(columns, directory=directory)
    order, repeats = _in_key_order(columns)
    _tell_repeats(columns, order, repeats, result=result)
    kept = order[~repeats]
    fresh = _first_told_rows(columns, kept, accounts=accounts, features=features)
    new, rest = kept[fresh], kept[~fresh]
    if len(new):
        rows = _new_rows(
            columns, new, ids=accounts[columns.account[new]], features=features, days=days
        )
        rows["learned"] = (
            rows["day"] if backfill else np.maximum(rows["day"], learned - FIRST_ORDINAL)
        )
        _copy_usage_rows(rows)
        result.created(columns.lines[new].tolist())
        mark_dirty(np.unique(rows["account"]).tolist())
    if len(rest):
        slow = list(_as_rows(columns, np.sort(rest)))
        load_usage(slow, directory=directory, day=day, result=result, backfill=backfill)


def _first_told_rows(
    columns: UsageColumns, rows: Ints, *, accounts: Ints, features: Ints
) -> NDArray[np.bool_]:
    """Which of these rows are of known accounts and features, on days not told before."""
    ids, days = accounts[columns.account[rows]], columns.day[rows]
    known = (ids > 0) & (features[columns.feature[rows]] > 0)
    lock_accounts(np.unique(ids[known]).tolist())
    keys, place = np.unique((ids << 16) | days, return_inverse=True)
    account_days = [(key >> 16, columns.days[key & 0xFFFF]) for key in keys.tolist()]
    told = told_before([pair for pair in account_days if pair[0]])
    by_week = told_by_week(np.unique(ids[known]).tolist())
    untold = np.fromiter(
        (pair not in told and pair[0] not in by_week for pair in account_days),
        np.bool_,
        len(keys),
    )
    return known & untold[place]


def _ids_by_place(columns: UsageColumns, *, directory: UsageIds) -> tuple[Ints, Ints, Ints]:
    """By place in the lists of names: ids, 0 for none; days since Postgres began to count."""
    accounts, features = np.unique(columns.account), np.unique(columns.feature)
    days = np.unique(columns.day)
    directory.learn_accounts(columns.accounts[n] for n in accounts.tolist())
    ordinals = np.array([day.toordinal() for day in columns.days], dtype=np.int64)
    first = np.full(len(columns.features), date.max.toordinal(), dtype=np.int64)
    np.minimum.at(first, columns.feature, ordinals[columns.day])
    directory.learn_features(
        {columns.features[n]: date.fromordinal(int(first[n])) for n in features.tolist()}
    )
    directory.learn_months(columns.days[n] for n in days.tolist())
    return (
        _ids_of_names(accounts, columns.accounts, directory.accounts),
        _ids_of_names(features, columns.features, directory.features),
        _ids_of_names(
            days,
            columns.days,
            {columns.days[n]: columns.days[n].toordinal() - FIRST_ORDINAL for n in days.tolist()},
        ),
    )


def _ids_of_names(used: Ints, names: Sequence[Any], ids: Mapping[Any, int]) -> Ints:
    found = np.zeros(len(names), np.int64)
    found[used] = [ids.get(names[n], 0) for n in used.tolist()]
    return found


def _in_key_order(columns: UsageColumns) -> tuple[Ints, NDArray[np.bool_]]:
    """Row numbers by account, day, feature and actor, lines in order; which repeat the one
    before."""
    by_line = np.argsort(columns.lines, kind="stable")
    key = (columns.account << 34) | (columns.day << 18) | (columns.feature << 2) | columns.actor
    order = by_line[np.argsort(key[by_line], kind="stable")]
    repeats = np.zeros(len(order), np.bool_)
    repeats[1:] = key[order][1:] == key[order][:-1]
    return order, repeats


def _tell_repeats(
    columns: UsageColumns, order: Ints, repeats: NDArray[np.bool_], *, result: LoadResult
) -> None:
    """The first row of a key counts; another one that says otherwise is refused."""
    first = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(order))))
    for n in np.flatnonzero(repeats).tolist():
        row, seen = order[n], order[first[n]]
        line, at = int(columns.lines[row]), int(columns.lines[seen])
        if (columns.events[row], columns.value[row]) == (columns.events[seen], columns.value[seen]):
            result.statuses[line] = Status.UNCHANGED
            continue
        message = f"{result.seen_at(at)} with other events or value; add them up or remove one"
        result.reject([RecordError(line, "feature", "duplicate", message)])


def _new_rows(
    columns: UsageColumns, new: Ints, *, ids: Ints, features: Ints, days: Ints
) -> dict[str, Ints]:
    return {
        "account": ids,
        "day": days[columns.day[new]],
        "feature": features[columns.feature[new]],
        "actor": columns.actor[new],
        "events": columns.events[new],
        "value": columns.value[new],
    }


def _copy_usage_rows(rows: dict[str, Ints]) -> None:
    order = np.lexsort((rows["actor"], rows["feature"], rows["day"], rows["account"]))
    has_value = rows["value"][order] != NO_VALUE
    for some, kinds, more in (
        (order[~has_value], _KINDS, ""),
        (order[has_value], _VALUED, ", value"),
    ):
        if len(some):
            block = binary_rows.rows([(kind, rows[name][some]) for name, kind in kinds.items()])
            copy(_COPY.format(more), binary_rows.stream([block]))


def _as_rows(columns: UsageColumns, some: Ints) -> Iterator[UsageRow]:
    for n in some.tolist():
        yield UsageRow(
            int(columns.lines[n]),
            columns.accounts[columns.account[n]],
            columns.days[columns.day[n]],
            columns.features[columns.feature[n]],
            int(columns.events[n]),
            int(columns.actor[n]),
            value=None if columns.value[n] == NO_VALUE else int(columns.value[n]),
        )
