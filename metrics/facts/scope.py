"""Whose accounts, and as known when: what every query of the metrics is restricted to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Account, User
from accounts.models.scope import AccountQuerySet, sees_all


@dataclass(frozen=True, slots=True)
class ReportScope:
    """`accounts` None means all of them; rows recorded at or after `known_before` do not count.

    All includes those that were merged into others: what they had is taken back on them, so that
    they add nothing from the merge on, and what was known before it still adds up.
    """

    accounts: AccountQuerySet | None = None
    known_before: datetime | None = None

    @classmethod
    def of(cls, *, user: User, known_before: datetime | None = None) -> "ReportScope":
        visible = None if sees_all(user) else Account.objects.for_user(user)
        return cls(accounts=visible, known_before=known_before)

    @property
    def is_everything(self) -> bool:
        return self.accounts is None and self.known_before is None

    def condition(
        self, *, account: str, learned: str | None = None, superseded: str | None = None
    ) -> str:
        """SQL to put behind a WHERE; its own parameters are already inside. `superseded`: when a
        row gave way to others, for tables that keep those."""
        parts = ["true"]
        if self.accounts is not None:
            parts.append(f"{account} IN ({self._account_ids()})")
        if self.known_before is not None and learned is not None:
            parts.append(_with_parameters(f"{learned} < %s", (self.known_before,)))
        if superseded is not None:
            parts.append(self._not_superseded(superseded))
        return " AND ".join(parts)

    def _not_superseded(self, column: str) -> str:
        if self.known_before is None:
            return f"{column} IS NULL"
        return _with_parameters(f"COALESCE({column} >= %s, true)", (self.known_before,))

    def known(self, learned: str) -> str:
        """SQL: whether what that column says when it was recorded was known by then."""
        return ReportScope(known_before=self.known_before).condition(account="", learned=learned)

    def of_column(self, account: str) -> str:
        """Whose accounts alone."""
        return self.condition(account=account)

    def _account_ids(self) -> str:
        if self.accounts is None:
            return "SELECT id FROM accounts_account"
        return _with_parameters(*self.accounts.values("pk").order_by().query.sql_with_params())


def _with_parameters(sql: str, params: Any) -> str:
    """Parameters written in by the driver, per cent signs kept for the next pass."""
    with connection.cursor() as cursor:
        text: str = cursor.cursor.mogrify(sql, params).decode()
    return text.replace("%", "%%")
