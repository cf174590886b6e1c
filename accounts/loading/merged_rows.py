"""The rows of an account that is merged go over to the one that goes on: a statement a table."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from psycopg2 import sql

from accounts.loading.composed_sql import run
from accounts.loading.seals import learned_from
from accounts.models import (
    Account,
    AccountId,
    Attendance,
    AttributeHistory,
    BusinessEvent,
    Contact,
    Contract,
    CsmSentiment,
    ErasedUser,
    Installation,
    Interaction,
    InteractionContact,
    Invoice,
    LedgerDue,
    OnboardingStep,
    OutboxMessage,
    Signal,
    SignalDelivery,
    TeamMember,
    Ticket,
    Touch,
    WaitingMovement,
)
from accounts.models.unposted_movements import HeldMovement

_MOVED: tuple[type[models.Model], ...] = (
    Contract, Invoice, Ticket, Interaction, BusinessEvent, Attendance, CsmSentiment, AccountId,
    OutboxMessage, Touch, WaitingMovement, HeldMovement, LedgerDue, ErasedUser,
)  # fmt: skip
# Of these an account has one of a kind: what the account that goes on has stays.
_ONE_EACH: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (OnboardingStep, ("key",)),
    (TeamMember, ("function",)),
    (Signal, ("kind", "key")),
)
_ADDED_UP: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    (
        "accounts_usageday",
        ("day", "feature_id", "actor", "learned_on"),
        {"events": "+", "value": "+"},
    ),
    ("accounts_sessionday", ("day", "learned_on"), {"sessions": "+", "minutes": "+"}),
    ("accounts_usageweek", ("day", "feature_id", "actor"), {}),
    ("accounts_activeusersday", ("day", "learned_on"), {"users": "+"}),
    ("accounts_usermonth", ("month", "user_key", "actor"), {"days": "|"}),
)


def move_rows(merged: Account, into: Account) -> dict[str, int]:
    """Rows that went over, by what they are."""
    moved = {"people joined": _join_people(merged, into)}
    people = Contact.objects.filter(account=merged, joined_into=None)
    history = AttributeHistory.objects.filter(contact__in=people)
    history.update(account=into)
    moved["people"] = people.update(account=into)
    for model in _MOVED:
        rows = model._default_manager.filter(account=merged)
        moved[_model_name(model)] = rows.update(account=into)
    for model, keys in _ONE_EACH:
        moved[_model_name(model)] = _rows_without_twin(model, keys, merged, into).update(
            account=into
        )
    SignalDelivery.objects.filter(signal__account=into).exclude(account=into).update(account=into)
    # What was learned long ago is written anew: nothing that was packed of it holds.
    learned_from(Installation.current().today(), backfill=True)
    for table, keys, counts in _ADDED_UP:
        moved[table.removeprefix("accounts_")] = _add_up(table, keys, counts, merged, into)
    return {name: number for name, number in moved.items() if number}


def _model_name(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name_plural)


def _rows_without_twin(
    model: type[models.Model], keys: tuple[str, ...], merged: Account, into: Account
) -> QuerySet[Any]:
    same = {key: OuterRef(key) for key in keys}
    of_both = model._default_manager.filter(account=into, **same)
    return model._default_manager.filter(~Exists(of_both), account=merged)


def _join_people(merged: Account, into: Account) -> int:
    """A person of both, by e-mail address, is the one of the account that goes on."""
    there = Contact.objects.filter(account=into, joined_into=None, erased_at=None)
    known = {email: pk for pk, email in there.values_list("pk", Lower("email")) if email}
    twins = Contact.objects.annotate(mail=Lower("email")).filter(account=merged, mail__in=known)
    for twin in twins:
        pk = known[twin.mail]
        took_part = InteractionContact.objects.filter(interaction=OuterRef("interaction"))
        rows = InteractionContact.objects.filter(contact=twin)
        rows.filter(Exists(took_part.filter(contact=pk))).delete()
        rows.update(contact=pk)
        came = Attendance.objects.filter(session=OuterRef("session"), contact=pk)
        attended = Attendance.objects.filter(contact=twin)
        attended.filter(Exists(came)).delete()
        attended.update(contact=pk)
        OutboxMessage.objects.filter(contact=twin).update(contact=pk)
        Touch.objects.filter(contact=twin).update(contact=pk)
        Contact.objects.filter(pk=pk, language="").update(language=twin.language)
        Contact.objects.filter(Q(pk=twin.pk) | Q(joined_into=twin.pk)).update(joined_into=pk)
    return len(twins)


def _add_up(
    table: str, keys: tuple[str, ...], counts: dict[str, str], merged: Account, into: Account
) -> int:
    columns = sql.SQL(", ").join(map(sql.Identifier, [*keys, *counts]))
    added = sql.SQL(", ").join(
        sql.SQL("{0} = t.{0} {1} EXCLUDED.{0}").format(sql.Identifier(name), sql.SQL(how))
        for name, how in counts.items()
    )
    action = sql.SQL("DO UPDATE SET {}").format(added) if counts else sql.SQL("DO NOTHING")
    parts = {"table": sql.Identifier(table), "columns": columns, "action": action}
    rows = run(
        sql.SQL(
            "WITH gone AS (DELETE FROM {table} WHERE account_id = %(from)s RETURNING {columns}),"
            " here AS (INSERT INTO {table} AS t (account_id, {columns})"
            " SELECT %(into)s, {columns} FROM gone"
            " ON CONFLICT (account_id, {keys}) {action} RETURNING 1)"
            " SELECT count(*) FROM here"
        ).format(keys=sql.SQL(", ").join(map(sql.Identifier, keys)), **parts),
        {"from": merged.pk, "into": into.pk},
    )
    return int(rows[0][0])


def move_family(merged: Account, into: Account) -> None:
    """Its children are those of the account that goes on, which never stands below itself."""
    if into.parent_id == merged.pk:
        Account.objects.filter(pk=into.pk).update(parent=merged.parent_id)
    Account.objects.filter(parent=merged).exclude(pk=into.pk).update(parent=into)
    Account.objects.filter(merged_into=merged).update(merged_into=into)
    Account.objects.filter(pk=merged.pk).update(parent=None, merged_into=into)


def stands_below(account: Account, above: Account) -> bool:
    """At any depth, and not as its child."""
    seen: set[int] = set()
    step = account.parent_id
    while step is not None and step not in seen:
        if step == above.pk:
            return account.parent_id != above.pk
        seen.add(step)
        step = Account.objects.filter(pk=step).values_list("parent", flat=True).first()
    return False
