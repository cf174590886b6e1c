"""What the database itself refuses, whoever asks."""

from datetime import UTC, date, datetime

import pghistory
import pgtrigger
import pytest
from django.contrib.admin.models import CHANGE
from django.db import IntegrityError, InternalError, connection, transaction

from accounts.models import Account, AdminEntry, AuditContext, RevenueMovement, UsageDay, User

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)


@pytest.fixture
def account(db):
    return Account.objects.create(external_id="A-1", name="Brass Lantern")


def _movement(account, **changes):
    values = {
        "account": account,
        "effective_on": date(2025, 1, 1),
        "kind": "new",
        "amount_minor": 1_200_00,
        "currency": "USD",
        "recorded_at": NOW,
        "external_id": "m-1",
    }
    return RevenueMovement.objects.create(**values | changes)


def _refused(error, action):
    with pytest.raises(error), transaction.atomic():
        action()


def test_a_posted_movement_is_never_changed_or_deleted(account):
    movement = _movement(account)
    _refused(InternalError, lambda: RevenueMovement.objects.update(amount_minor=1))
    _refused(InternalError, movement.delete)
    assert RevenueMovement.objects.get().amount_minor == 1_200_00


def test_a_movement_is_posted_once_per_source(account):
    _movement(account)
    _refused(IntegrityError, lambda: _movement(account))


@pytest.mark.parametrize(
    ("kind", "amount"), [("new", -1), ("expansion", 0), ("churn", 1), ("contraction", 0)]
)
def test_the_sign_of_a_movement_fits_its_kind(account, kind, amount):
    _refused(IntegrityError, lambda: _movement(account, kind=kind, amount_minor=amount))


def test_a_change_leaves_who_and_what_in_the_audit_trail(account):
    otto = User.objects.create_user("otto@demo.example", name="Otto", role="ops")
    with pghistory.context(user=otto.pk):
        Account.objects.update(industry="Lighthouses")

    entry = account.audit.get()
    assert (entry.industry, entry.pgh_context.metadata) == ("Lighthouses", {"user": otto.pk})
    _refused(InternalError, lambda: account.audit.update(industry="forged"))
    _refused(InternalError, lambda: account.audit.all().delete())


def test_who_made_a_change_is_written_at_once_and_never_after(db):
    earlier = AuditContext.objects.create(metadata={"user": 1})
    # One transaction is all a test has: as if the row came from the one before.
    with pgtrigger.ignore("accounts.AuditContext:contexts_are_written_at_once"):
        AuditContext.objects.update(created_at=NOW)

    _refused(InternalError, lambda: AuditContext.objects.update(metadata={"user": 2}))
    _refused(InternalError, earlier.delete)


def test_what_somebody_did_in_the_admin_is_never_changed_or_deleted(db):
    otto = User.objects.create_user("otto@demo.example", name="Otto", role="ops")
    AdminEntry.objects.create(user=otto, object_repr="Pro", action_flag=CHANGE)

    _refused(InternalError, lambda: AdminEntry.objects.update(object_repr="Free"))
    _refused(InternalError, lambda: AdminEntry.objects.all().delete())


def test_an_account_id_outside_the_safe_alphabet_is_refused(db):
    _refused(IntegrityError, lambda: Account.objects.create(external_id="a/b", name="x"))


def test_an_override_needs_a_reason(account):
    _refused(IntegrityError, lambda: Account.objects.update(segment_override="strategic"))


def _partitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'accounts_usageday'::regclass"
        )
        return {row[0] for row in cursor.fetchall()}


def _ensure(*months):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cs_ensure_partitions('accounts_usageday', %s, %s)", months)
        return cursor.fetchone()[0]


def test_partitions_are_made_once_and_take_over_rows_of_the_default(account):
    UsageDay.objects.create(
        account=account, day="2031-02-03", feature_id=1, learned_on="2031-02-03", events=7
    )
    assert _ensure("2031-01-15", "2031-03-01") == 3
    assert _ensure("2031-01-15", "2031-03-01") == 0
    assert {f"accounts_usageday_2031{month}" for month in ("01", "02", "03")} < _partitions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_usageday_203102")
        assert cursor.fetchone()[0] == 1
    assert UsageDay.objects.get().events == 7


def test_only_partitioned_tables_get_partitions(db):
    def misuse():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT cs_ensure_partitions('accounts_user', '2031-01-01', now()::date)"
            )

    _refused(InternalError, misuse)


def test_no_row_of_the_audit_trail_costs_an_exception(db):
    """Each would end a subtransaction: in a transaction of n rows a walk through n checks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgh_attach_context'")
        assert "exception" not in cursor.fetchone()[0].lower()
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)


@pytest.mark.django_db(transaction=True)
def test_the_audit_trail_of_a_session_that_had_a_context_has_none_later(account):
    with pghistory.context(user=1), transaction.atomic():
        Account.objects.update(industry="Glass")
    Account.objects.update(industry="Brass")
    said = [a.pgh_context and a.pgh_context.metadata for a in account.audit.order_by("pgh_id")]
    assert said == [{"user": 1}, None]
