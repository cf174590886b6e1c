"""Merging two accounts, over all apps."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.module_loading import import_string

from accounts.declarations import platform_apps
from accounts.loading.merge import MergeOutcome, merge_accounts
from accounts.models import Account


@dataclass(frozen=True, slots=True)
class Merge:
    """`merged` goes into `into`: external ids."""

    merged: str
    into: str
    day: date
    now: datetime
    accepts_change: bool = False

    def run(self) -> MergeOutcome:
        """Raises MergeRefused."""
        return merge_accounts(
            merged=self.merged,
            into=self.into,
            day=self.day,
            now=self.now,
            others=self._move_above,
            accepts_change=self.accepts_change,
        )

    def preview(self) -> MergeOutcome:
        """What it would do: the merge itself, taken back. Raises MergeRefused."""
        with transaction.atomic():
            mark = transaction.savepoint()
            try:
                return Merge(self.merged, self.into, self.day, self.now, accepts_change=True).run()
            finally:
                transaction.savepoint_rollback(mark)

    def _move_above(self, merged: Account, into: Account) -> dict[str, int]:
        """Each app above moves its own rows, and says how many of what."""
        moved: dict[str, int] = {}
        for app in platform_apps():
            if app.moves_account:
                moved |= import_string(app.moves_account)(merged, into, now=self.now)
        return moved
