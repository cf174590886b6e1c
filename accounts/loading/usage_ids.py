"""The accounts, features and months behind rows of usage, looked up once a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from psycopg2 import sql

from accounts.intake.errors import RecordError
from accounts.intake.wide_rows import is_total
from accounts.loading.composed_sql import run
from accounts.loading.partitions import ensure_usage_partition
from accounts.models import Account, Feature

MOST_FEATURES = 5_000
# What CS ops described keeps its days. In order of key, so that two loads wait for each other.
_USED_EARLIER = sql.SQL("""
    UPDATE accounts_feature f SET valid_from = v.day
    FROM (
        SELECT f.id, v.day FROM accounts_feature f
        JOIN unnest(%s::text[], %s::date[]) AS v (key, day) ON v.key = f.key
        WHERE v.day < f.valid_from AND NOT f.is_core AND f.plans = '{}'
        ORDER BY f.key FOR NO KEY UPDATE OF f
    ) v WHERE f.id = v.id AND v.day < f.valid_from
""")


@dataclass(slots=True)
class UsageIds:
    """Ids behind external ids and feature keys, kept for a whole run."""

    accounts: dict[str, int] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)
    valid_from: dict[str, date] = field(default_factory=dict)
    months: set[tuple[int, int]] = field(default_factory=set)

    def learn_accounts(self, names: Iterable[str]) -> None:
        unseen = set(names) - self.accounts.keys()
        if unseen:
            rows = Account.objects.filter(external_id__in=unseen, merged_into=None)
            self.accounts.update(rows.values_list("external_id", "pk"))

    def learn_features(self, first_use: Mapping[str, date]) -> None:
        """Features nobody described yet are made as not core, up to a sane number, and are valid
        from their first use, in whatever order it is told."""
        unseen = first_use.keys() - self.features.keys()
        if unseen:
            known = set(Feature.objects.filter(key__in=unseen).values_list("key", flat=True))
            room = MOST_FEATURES - Feature.objects.count()
            new = sorted(unseen - known)[: max(room, 0)]
            names = [Feature(key=k, name=title(k), valid_from=first_use[k]) for k in new]
            Feature.objects.bulk_create(names, ignore_conflicts=True)
            rows = Feature.objects.filter(key__in=unseen).values_list("key", "pk", "valid_from")
            for key, pk, valid_from in rows:
                self.features[key], self.valid_from[key] = pk, valid_from
        earlier = {
            key: day for key, day in first_use.items() if day < self.valid_from.get(key, date.min)
        }
        if earlier:
            run(_USED_EARLIER, [list(earlier), list(earlier.values())])
            self.valid_from.update(earlier)

    def learn_months(self, days: Iterable[date]) -> None:
        """Rows of a month without a partition would all crowd in the default one."""
        unseen = {(day.year, day.month) for day in days} - self.months
        for year, month in sorted(unseen):
            ensure_usage_partition(date(year, month, 1))
        self.months |= unseen


def no_account(name: str, *, position: int) -> RecordError:
    """Nobody is to import an account called “Grand total”."""
    if is_total(name):
        message = f"“{name}” is the sum of other rows and no account; remove the row"
        return RecordError(position, "account", "total", message)
    message = f"“{name}” is not an account; import the account first"
    return RecordError(position, "account", "unknown", message)


def title(key: str) -> str:
    """What a feature is called that nobody named."""
    return key.replace("_", " ").replace("-", " ").capitalize()
