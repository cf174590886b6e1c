"""What belongs to the audit trail but comes from elsewhere: it is as append-only as our own.

Triggers, because one role may do everything; roles of their own are refused by their grants too.
"""

from __future__ import annotations

import pghistory.models
import pgtrigger
from django.contrib.admin.models import LogEntry


class AuditContext(pghistory.models.Context):
    """Who made a change, and by which address: every audit row of a request leads to one.

    pghistory writes it with the first change and fills it in when it learns who asks, so the
    transaction that made it may still change it, and no other.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Protect(name="contexts_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="contexts_are_written_at_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.created_at IS DISTINCT FROM transaction_timestamp()"
                ),
            ),
        ]


class AdminEntry(LogEntry):
    """What somebody added, changed or deleted in the admin."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Protect(
                name="admin_entries_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]
