"""Usage that still comes under the id of an erased person counts as the same user of nobody."""

from collections.abc import Sequence
from dataclasses import replace

from accounts.intake.records import Record
from accounts.models import ErasedUser
from accounts.queries.erased_users import digest_of


def without_erased(records: Sequence[Record]) -> Sequence[Record]:
    """User days with the anonymous key in place of an id that is known by its hash."""
    names = {str(record.values["account"]) for record in records}
    kept: dict[str, list[ErasedUser]] = {}
    rows = ErasedUser.objects.filter(account__external_id__in=names).select_related("account")
    for row in rows.order_by("pk"):
        kept.setdefault(row.account.external_id, []).append(row)
    if not kept:
        return records
    return [
        _with_erased_key(record, kept.get(str(record.values["account"]), [])) for record in records
    ]


def _with_erased_key(record: Record, erased: Sequence[ErasedUser]) -> Record:
    user = str(record.values["user"])
    for row in erased:
        if digest_of(user, salt=bytes(row.salt)) == bytes(row.digest):
            return replace(record, values={**record.values, "user": row.user_key})
    return record
