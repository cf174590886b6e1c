"""Whom of an account one writes to: the champion, else whoever we know best."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Lower, RowNumber, Trim

from accounts.catalogue import StakeholderRole
from accounts.models import Contact, SuppressedAddress

# By the digest of the address, as `outreach.digest_of` makes it.
_ADDRESS = Func(Lower(Trim(OuterRef("email"))), Value("UTF8"), function="convert_to")
_DIGEST = Func(
    Func(_ADDRESS, function="sha256"),
    Value("hex"),
    function="encode",
    output_field=TextField(),
)
SUPPRESSED = Exists(SuppressedAddress.objects.filter(digest=_DIGEST))
"""Nothing is sent to the contact's address any more."""
_NOT_CHAMPION = Case(
    When(roles__contains=[StakeholderRole.CHAMPION], then=Value(0)),
    default=Value(1),
    output_field=IntegerField(),
)


def _by_closeness() -> list[Any]:
    """In which order people of an account are written to; of equals, who was met first."""
    return [_NOT_CHAMPION, F("strength").desc(nulls_last=True), F("met_on").asc(), F("pk").asc()]


def closest_people(
    account_ids: Collection[int], *, with_consent: bool = False, by_mail: bool = True
) -> dict[int, Contact]:
    """By account: the champion, else whoever of them we know best; of equals, who was met first.

    Nobody who left or asked not to be contacted, nor, for mail, without an address; `with_consent`
    nobody who did not agree to be written to.
    """
    reachable = Contact.objects.filter(
        account__in=account_ids, is_active=True, do_not_contact=False, erased_at=None
    )
    if by_mail:
        reachable = reachable.filter(email__gt="").exclude(SUPPRESSED)
    if with_consent:
        reachable = reachable.filter(consent_at__isnull=False)
    first = reachable.order_by("account_id", *_by_closeness()).distinct("account_id")
    return {contact.account_id: contact for contact in first}


def ranked_people(
    account_ids: Collection[int], *, with_consent: bool, by_mail: bool
) -> Iterable[tuple[Any, ...]]:
    """Everybody who still works at these accounts, and their place in it: first those who may be
    written to, as `closest_people` orders them.

    Rows of account, contact, address, whether nothing is sent to it any more, do-not-contact, day
    of consent, roles and place; the accounts in order, the closest of each first.
    """
    may_be = Q(do_not_contact=False)
    if by_mail:
        may_be &= Q(email__gt="", is_suppressed=False)
    if with_consent:
        may_be &= Q(consent_at__isnull=False)
    is_not_reachable = Case(
        When(may_be, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    people = Contact.objects.filter(account__in=account_ids, is_active=True, erased_at=None)
    ranked = people.annotate(is_suppressed=SUPPRESSED).annotate(
        place=Window(
            RowNumber(),
            partition_by=F("account_id"),
            order_by=[is_not_reachable, *_by_closeness()],
        )
    )
    rows: Iterable[tuple[Any, ...]] = ranked.order_by("account_id", "place").values_list(
        "account_id", "pk", "email", "is_suppressed", "do_not_contact", "consent_at", "roles",
        "place",
    )  # fmt: skip
    return rows
