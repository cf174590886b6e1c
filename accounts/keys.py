"""Machine keys: shown once, stored as a hash, scoped, expiring, rolled, revocable."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.specs import Kind
from accounts.models import ApiKey, User

PREFIX = "cs_live_"
# Of any key, at most; the database holds it as well.
LIFETIME = timedelta(days=365)
# How long a key works on beside its successor.
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LONGEST_OVERLAP = timedelta(days=30)
EVERYTHING = "ingest:*"
WORK_READ, WORK_WRITE = "work:read", "work:write"
SURVEYS_READ, HEALTH_READ = "surveys:read", "health:read"
SCOPES = (
    EVERYTHING,
    *(f"ingest:{kind}" for kind in Kind),
    WORK_READ,
    WORK_WRITE,
    SURVEYS_READ,
    HEALTH_READ,
)
# A busy key writes its latest use once a minute, not once a request.
_USE_RESOLUTION = timedelta(minutes=1)
WINDOW = timedelta(minutes=1)


class UnknownScopeError(ValueError):
    """A scope that no endpoint asks for."""


class CannotRollError(ValueError):
    """The key has ended, or has a successor already."""


def create_key(
    *,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    owner: User | None = None,
    lifetime: timedelta = LIFETIME,
    source: str = DIRECT_SOURCE,
    replaces: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """The stored key and the token itself, which is not kept anywhere.

    `source` is the key of the source whose ids the records carry.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise UnknownScopeError(
            f"{', '.join(unknown) or 'no scope'}: choose of {', '.join(SCOPES)}"
        )
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        prefix=token[: len(PREFIX) + 6],
        digest=digest_of(token),
        scopes=wanted,
        owner=owner,
        source_id=source,
        replaces=replaces,
        created_at=now,
        expires_at=now + lifetime,
    )
    return key, token


@transaction.atomic
def roll_key(key: ApiKey, *, now: datetime, overlap: timedelta) -> tuple[ApiKey, str]:
    """A successor for the same client, and its token; the key itself ends after `overlap`.

    Raises CannotRollError; of two that roll a key at once, one does.
    """
    old = ApiKey.objects.select_for_update().get(pk=key.pk)
    if old.revoked_at is not None or old.expires_at <= now:
        raise CannotRollError(f"{old} has ended: make a new key.")
    if (successor := ApiKey.objects.filter(replaces=old).first()) is not None:
        raise CannotRollError(f"{old} has been rolled already: roll {successor} instead.")
    made = create_key(
        name=old.name,
        scopes=old.scopes,
        now=now,
        owner=old.owner,
        lifetime=old.expires_at - old.created_at,
        source=old.source.key,
        replaces=old,
    )
    old.expires_at = min(old.expires_at, now + overlap)
    old.save(update_fields=["expires_at"])
    return made


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_key(token: str, *, now: datetime) -> ApiKey | None:
    """A key that may be used now: not expired, not revoked, its owner still active."""
    if not token.startswith(PREFIX) or not token.isascii():
        return None
    live = Q(revoked_at=None) & Q(expires_at__gt=now)
    mine = Q(owner=None) | Q(owner__is_active=True)
    return ApiKey.objects.filter(live & mine, digest=digest_of(token)).first()


def note_use(key: ApiKey, *, now: datetime) -> None:
    stale = Q(latest_use_at=None) | Q(latest_use_at__lt=now - _USE_RESOLUTION)
    ApiKey.objects.filter(stale, pk=key.pk).update(latest_use_at=now)


def revoke_key(key: ApiKey, *, now: datetime) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)


def allows(key: ApiKey, scope: str) -> bool:
    return scope in key.scopes or (scope.startswith("ingest:") and EVERYTHING in key.scopes)


@dataclass(frozen=True, slots=True)
class Counted:
    """The requests of a key in its window, this one with them, and when the window ends."""

    requests: int
    ends_at: datetime
    is_allowed: bool


def count_request(key: ApiKey, *, limit: int, now: datetime) -> Counted:
    """One more of at most `limit` within a minute from the first; a refused one does not count.

    In one statement, so that requests at the same moment are counted one after another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_keywindow AS w (key_id, began_at, requests)"
            " VALUES (%(key)s, %(now)s, 1) ON CONFLICT (key_id) DO UPDATE SET"
            " began_at = CASE WHEN w.began_at <= %(over)s THEN EXCLUDED.began_at"
            "  ELSE w.began_at END,"
            " requests = CASE WHEN w.began_at <= %(over)s THEN 1"
            "  ELSE least(w.requests, %(limit)s) + 1 END"
            " RETURNING began_at, requests",
            {"key": key.pk, "now": now, "over": now - WINDOW, "limit": limit},
        )
        began_at, requests = cursor.fetchone()
    return Counted(min(requests, limit), began_at + WINDOW, requests <= limit)
