"""Retention in plain loops, from the text of the definitions; shares no code with the product.

A row is (account, day, amount, currency, kind); amounts are signed, days are numbers.
"""

from collections import Counter, defaultdict
from fractions import Fraction

LOSSES = ("contraction", "churn")


def figures(rows, *, start, end, by_movements, rates):
    """The sums by their stored names, such as "cohort_churn"; zeros are left out."""
    sums = Counter()
    for account in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == account]
        count_account(sums, own, start, end, by_movements, rates)
    return {name: value for name, value in sums.items() if value}


def count_account(sums, own, start, end, by_movements, rates):
    (opening, was), (closing, now) = state(own, start, rates), state(own, end, rates)
    had = any(row[1] <= start for row in own)
    net = named(closing - opening, was, now, had)
    sums["bridge_start"] += opening
    sums["cohort_start"] += opening if was else 0
    changes = moves(own, start, end, rates) if by_movements else [(net, closing - opening)]
    for kind, amount in changes:
        if kind is None:
            continue
        sign = -1 if kind in LOSSES else 1
        sums[f"bridge_{kind}"] += sign * amount
        if was:
            sums[f"cohort_{'expansion' if kind == 'new' else kind}"] += sign * amount
    sums["logos_start"] += was
    sums["logos_kept"] += was and now
    sums["logos_end"] += now
    sums["logos_new"] += net == "new"
    sums["logos_reactivated"] += net == "reactivation"
    sums["logos_expanded"] += was and net == "expansion"
    sums["logos_contracted"] += was and net == "contraction"


def moves(own, start, end, rates):
    """Each day of an account is one movement: as booked, or by its net where kinds differ."""
    for day in sorted({row[1] for row in own if start < row[1] <= end}):
        rows = [row for row in own if row[1] == day]
        amount = sum(converted(row, rates) for row in rows)
        kinds = {row[4] for row in rows}
        if len(kinds) == 1:
            yield kinds.pop(), amount
            continue
        (_, was), (_, now) = state(own, day - 1, rates), state(own, day, rates)
        yield named(amount, was, now, any(row[1] < day for row in own)), amount


def state(own, day, rates):
    """ARR on a day, and whether the account pays: it owes something in a contract's currency."""
    arr, native = 0, defaultdict(int)
    for row in own:
        if row[1] <= day:
            arr += converted(row, rates)
            native[row[3]] += row[2]
    return arr, any(native.values()) and arr > 0


def converted(row, rates):
    return round(row[2] * Fraction(rates[row[3]]))


def named(change, was, now, had):
    if was and not now:
        return "churn"
    if now and not was:
        return "reactivation" if had else "new"
    if change == 0:
        return None
    return "expansion" if change > 0 else "contraction"
