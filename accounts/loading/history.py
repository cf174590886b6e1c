"""What attributes were, kept in the transaction that changes them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from psycopg2 import sql

from accounts.catalogue import AccountStatus, HistoryAttribute
from accounts.intake.account_past import (
    AccountFacts,
    AccountPast,
    LedgerChange,
    Steps,
    compressed,
    factors_as_text,
    past_of,
)
from accounts.intake.backfill import moment_of
from accounts.intake.tiers import SizeTable
from accounts.loading.composed_sql import among, run
from accounts.loading.history_versions import NOW, HistoryKey, HistoryVersions, StoredValue
from accounts.models import Account, AttributeHistory, Installation
from accounts.money.rates import RateTable

NOT_DATED: Mapping[int, date] = MappingProxyType({})
# Present value by attribute, as the history spells it: ids for owner and plan, comma lists.
_OF_ACCOUNTS = {
    HistoryAttribute.OWNER: "COALESCE(a.owner_id::text, '')",
    HistoryAttribute.PLAN: "COALESCE(a.plan_id::text, '')",
    HistoryAttribute.SEATS: "COALESCE(a.seats::text, '')",
    HistoryAttribute.STAGE: "a.stage",
    HistoryAttribute.USAGE_LIMIT: "COALESCE(a.usage_limit::text, '')",
    HistoryAttribute.EMPLOYEES: "COALESCE(a.employees::text, '')",
}
# Most companies tell none of these: that nobody did is no row.
_RARE = (HistoryAttribute.USAGE_LIMIT, HistoryAttribute.EMPLOYEES)
_OF_CONTACTS = {
    HistoryAttribute.ROLES: "array_to_string(c.roles, ',')",
    HistoryAttribute.ACTIVE: "lower(c.is_active::text)",
}
_ACCOUNTS = sql.SQL(
    "SELECT a.id AS account_id, NULL::bigint AS contact_id, v.attribute, v.value,"
    " %(day)s::date AS since, %(day)s::date AS changed_on, NULL::date AS learned_on"
    " FROM accounts_account a, LATERAL (VALUES {}) v(attribute, value) WHERE a.id = ANY(%(ids)s)"
).format(
    sql.SQL(", ").join(sql.SQL(f"('{name}', {value})") for name, value in _OF_ACCOUNTS.items())
)
# Somebody who left did so on a day of their own, not when we learned of it.
_CONTACTS = sql.SQL(
    "SELECT c.account_id, c.id AS contact_id, v.attribute, v.value,"
    " LEAST(c.met_on, %(day)s) AS since,"
    " CASE WHEN v.attribute = 'active' AND c.left_on IS NOT NULL"
    " THEN LEAST(c.left_on, %(day)s) ELSE COALESCE(l.learned_on, %(day)s) END::date AS changed_on,"
    " l.learned_on"
    " FROM accounts_contact c LEFT JOIN unnest(%(dated)s::bigint[], %(learned)s::date[])"
    " l(id, learned_on) ON l.id = c.id,"
    " LATERAL (VALUES {}) v(attribute, value) WHERE c.id = ANY(%(ids)s)"
).format(
    sql.SQL(", ").join(sql.SQL(f"('{name}', {value})") for name, value in _OF_CONTACTS.items())
)

_DERIVED = (HistoryAttribute.STATUS, HistoryAttribute.SEGMENT, HistoryAttribute.TOUCH_TIER)
_SAID = (
    HistoryAttribute.SAID_STATUS,
    HistoryAttribute.STRATEGIC,
    HistoryAttribute.FACTORS,
    HistoryAttribute.SEGMENT_OVERRIDE,
    HistoryAttribute.TIER_OVERRIDE,
)

# The values that differ from the open row, beside that row.
_DIFFERING = sql.SQL(
    "SELECT p.account_id, p.contact_id, p.attribute, p.value, COALESCE(p.since, p.changed_on),"
    " p.changed_on, p.learned_on, h.id, h.value, h.valid_from, h.valid_to, h.learned_at,"
    " h.backfilled_at"
    " FROM ({}) p LEFT JOIN accounts_attributehistory h ON h.account_id = p.account_id"
    " AND h.contact_id IS NOT DISTINCT FROM p.contact_id AND h.attribute = p.attribute"
    " AND h.valid_to IS NULL AND h.superseded_at IS NULL"
    " WHERE h.value <> p.value OR h.id IS NULL AND NOT (p.value = '' AND p.attribute = ANY({}))"
    " ORDER BY 1, 2, 3"
)


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """A change of a known value, and from which day; a first value is not one."""

    account_id: int
    attribute: HistoryAttribute
    before: str
    after: str
    since: date


def record_account_history(
    account_ids: Sequence[int], *, day: date, learned_at: datetime
) -> list[AttributeChange]:
    return _record_present_values(_ACCOUNTS, account_ids, day=day, learned_at=learned_at)


def record_contact_history(
    contact_ids: Sequence[int],
    *,
    day: date,
    learned_at: datetime,
    learned_on: Mapping[int, date] = NOT_DATED,
) -> list[AttributeChange]:
    """`learned_on`: of contacts whose records say so, since when that is known."""
    dated = {"dated": list(learned_on), "learned": list(learned_on.values())}
    return _record_present_values(_CONTACTS, contact_ids, day=day, learned_at=learned_at, **dated)


def _record_present_values(
    present: sql.Composable, ids: Sequence[int], *, day: date, learned_at: datetime, **dated: Any
) -> list[AttributeChange]:
    """A value that changes again on the day it began is restated: a row covers whole days."""
    if not ids:
        return []
    parameters: dict[str, Any] = {"ids": sorted(ids), "day": day, **dated}
    versions = HistoryVersions(day=day, learned_at=learned_at)
    changes = []
    zone = Installation.current().zone
    for account_id, contact_id, attribute, value, since, changed_on, said, *row in run(
        _DIFFERING.format(present, sql.Literal([str(each) for each in _RARE])), parameters
    ):
        owner = HistoryKey(account_id, contact_id, attribute)
        moment = moment_of(said, now=learned_at, zone=zone)
        if row[0] is None:
            learned = {since: moment} if said else NOW
            versions.restate(owner, stored=(), steps=[(since, value)], learned=learned)
            continue
        before = StoredValue(*row)
        began = before.valid_from
        steps = [(began, before.value)] if changed_on > began else []
        steps.append((max(changed_on, began), value))
        learned = {steps[-1][0]: moment} if said else NOW
        versions.restate(owner, stored=[before], steps=steps, learned=learned)
        name = HistoryAttribute(attribute)
        changes.append(AttributeChange(account_id, name, before.value, value, day))
    versions.write()
    return changes


@dataclass(slots=True)
class Ledger:
    """Of one account, in the order of days. `recorded` is kept while all is history that says when
    it was learned: by day, when what is effective by then was known."""

    changes: list[LedgerChange] = field(default_factory=list)
    recorded: list[tuple[date, datetime]] = field(default_factory=list)

    def known_at(self, day: date, *, zone: tzinfo) -> datetime | None:
        """When what a history says of the day was known; None where anything was learned since."""
        effective = bisect_right(self.changes, day, key=itemgetter(0))
        if not 0 < effective <= len(self.recorded):
            return None
        return max(self.recorded[effective - 1][1], datetime.combine(day, time(), tzinfo=zone))


@dataclass(frozen=True, slots=True)
class RebuiltHistory:
    """By account id, and the changes of a tier that was known before."""

    pasts: Mapping[int, AccountPast]
    changes: list[AttributeChange]


def rebuild_history(
    accounts: Sequence[Account],
    *,
    ledgers: Mapping[int, Ledger],
    sizes: SizeTable,
    rates: RateTable,
    day: date,
    now: datetime,
) -> RebuiltHistory:
    """Status, segment and tier of these accounts on every day to `day`, out of everything that is
    known now."""
    stored = known_rows([account.pk for account in accounts], (*_DERIVED, *_SAID))
    versions = HistoryVersions(day=day, learned_at=now)
    zone = Installation.current().zone
    pasts, changes = {}, []
    for account in accounts:
        ledger = ledgers[account.pk]
        rows = stored[account.pk]
        said = {
            attribute: _said_steps(rows[attribute], present, day=day)
            for attribute, present in _present_words(
                account, has_money=bool(ledger.changes)
            ).items()
        }
        past = past_of(
            AccountFacts(
                created_on=account.created_at.astimezone(zone).date(),
                customer_since=account.customer_since,
                changes=ledger.changes,
                said={attribute: steps for attribute, steps in said.items() if steps},
            ),
            day=day,
            sizes=sizes,
            rates=rates,
        )
        pasts[account.pk] = past
        changes += _tier_changes(account.pk, rows[HistoryAttribute.TOUCH_TIER], past)
        for attribute, steps in (*said.items(), *past.history.items()):
            if not steps:
                continue  # without any bound or rate what was known stays
            learned = NOW
            if ledger.recorded and attribute in past.history:
                days = (since for since, _ in steps if since < day)
                known = ((since, ledger.known_at(since, zone=zone)) for since in days)
                learned = {since: moment for since, moment in known if moment}
            key = HistoryKey(account.pk, None, attribute)
            versions.restate(
                key,
                stored=rows[attribute],
                steps=steps,
                learned=learned,
                came_at=account.created_at,
            )
    versions.write()
    return RebuiltHistory(pasts, changes)


def known_rows(
    ids: Sequence[int], attributes: Sequence[HistoryAttribute]
) -> Mapping[int, Mapping[HistoryAttribute, list[StoredValue]]]:
    """What is known now of accounts, in the order of days."""
    found: dict[int, dict[HistoryAttribute, list[StoredValue]]] = defaultdict(
        lambda: defaultdict(list)
    )
    # Uses index: accounts_attributehistory_account_id_4d7fb5b5
    rows = AttributeHistory.objects.filter(
        attribute__in=attributes,
        account_id__in=among(ids),
        contact=None,
        superseded_at=None,
    ).order_by("account_id", "attribute", "valid_from")
    for account_id, attribute, *row in rows.values_list(
        "account_id", "attribute", *StoredValue._fields
    ):
        found[account_id][HistoryAttribute(attribute)].append(StoredValue(*row))
    return found


def _present_words(account: Account, *, has_money: bool) -> dict[HistoryAttribute, str | None]:
    """What is said of the account now; None: nothing new. Where there is money the status is no
    word any more."""
    return {
        HistoryAttribute.SAID_STATUS: None if has_money else account.status,
        HistoryAttribute.STRATEGIC: "true" if account.is_strategic else "",
        HistoryAttribute.FACTORS: factors_as_text(
            account.complexity, account.growth_potential, account.strategic_fit
        ),
        HistoryAttribute.SEGMENT_OVERRIDE: account.segment_override,
        HistoryAttribute.TIER_OVERRIDE: account.touch_tier_override,
    }


def _said_steps(rows: Sequence[StoredValue], present: str | None, *, day: date) -> Steps:
    """The dated words and, where it is another one, that of today. That an account is active goes
    without saying."""
    steps = [(row.valid_from, row.value) for row in rows]
    in_force = [value for since, value in steps if since <= day]
    before = {in_force[-1]} if in_force else {"", AccountStatus.ACTIVE}
    if present is None or present in before:
        return steps
    return compressed([*(step for step in steps if step[0] < day), (day, present)])


def _tier_changes(
    account_id: int, rows: Sequence[StoredValue], past: AccountPast
) -> list[AttributeChange]:
    """Where an account is served for the first time is no change, nor is the first payment."""
    steps = past.history[HistoryAttribute.TOUCH_TIER]
    if not rows or not steps or rows[-1].value == steps[-1][1]:
        return []
    since, tier = steps[-1]
    if since == past.first_paid_on:
        return []
    return [AttributeChange(account_id, HistoryAttribute.TOUCH_TIER, rows[-1].value, tier, since)]
