"""The same request again is answered, not done again: for 24 hours, per credential.

The receipt is written in the transaction of the work itself. A repeat that comes while the
first is at work waits for its row; killed half-way, there is neither work nor receipt.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.problems import ApiProblem
from accounts.models import ApiKey, InboxReceipt

KEPT_FOR = timedelta(hours=24)
# In the words of JSON Schema too (ECMA-262).
PATTERN = r"^[\x21-\x7E]{1,255}$"
_KEY = re.compile(PATTERN.strip("^$"))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]


def checked_key(raw: str | None) -> str | None:
    if raw is not None and not _KEY.fullmatch(raw):
        detail = "Write the Idempotency-Key as 1 to 255 visible ASCII characters."
        raise ApiProblem(400, code="idempotency_key", detail=detail)
    return raw


def fingerprint(*parts: bytes) -> str:
    """SHA-256 of parts that cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def once(request: Request, *, digest: str, work: Callable[[], Answer]) -> Response:
    """What `work` answers, in a transaction; the same request under the same Idempotency-Key gets
    the kept answer, and what is refused leaves no trace."""
    asked = checked_key(request.headers.get("Idempotency-Key"))
    source = f"key:{cast(ApiKey, request.auth).pk}"
    with transaction.atomic():
        if asked is not None:
            kept = begin(source=source, key=asked, digest=digest, now=datetime.now(UTC))
            if kept is not None:
                return Response(kept.body, kept.status, headers={"Idempotency-Replayed": "true"})
        answer = work()
        if asked is not None:
            finish(answer, source=source, key=asked)
    return Response(answer.body, answer.status)


def begin(*, source: str, key: str, digest: str, now: datetime) -> Answer | None:
    """None when the work is ours to do; the kept answer when it was done. In a transaction."""
    if _claim_receipt(source=source, key=key, digest=digest, now=now):
        return None
    receipt = InboxReceipt.objects.get(source=source, key=key)
    if receipt.digest != digest:
        detail = "Send another body under another Idempotency-Key."
        raise ApiProblem(422, code="idempotency_key_reused", detail=detail)
    if receipt.status is None:
        raise ApiProblem(409, code="in_progress", detail="Send the same request again in a moment.")
    return Answer(receipt.status, receipt.answer or {})


def _claim_receipt(*, source: str, key: str, digest: str, now: datetime) -> bool:
    with connection.cursor() as cursor:
        # Waits for an uncommitted receipt of the same key; an outdated one is taken over.
        cursor.execute(
            "INSERT INTO accounts_inboxreceipt AS r (source, key, digest, received_at)"
            " VALUES (%(source)s, %(key)s, %(digest)s, %(now)s)"
            " ON CONFLICT (source, key) DO UPDATE SET digest = EXCLUDED.digest,"
            " received_at = EXCLUDED.received_at, status = NULL, answer = NULL"
            " WHERE r.received_at < %(outdated)s RETURNING id",
            {
                "source": source,
                "key": key,
                "digest": digest,
                "now": now,
                "outdated": now - KEPT_FOR,
            },
        )
        return cursor.fetchone() is not None


def forget_answers(*, now: datetime) -> int:
    # Uses index: inbox_receipt_age
    return InboxReceipt.objects.filter(received_at__lt=now - KEPT_FOR).delete()[0]


def finish(answer: Answer, *, source: str, key: str) -> None:
    InboxReceipt.objects.filter(source=source, key=key).update(
        status=answer.status, answer=answer.body
    )
