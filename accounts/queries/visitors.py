"""Whom a proven visitor of a product is here: which account, and which people of it."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Coalesce, Lower

from accounts.models import Account, AccountId, Contact
from accounts.visitor_tokens import Visitor


def account_of(visitor: Visitor) -> int | None:
    """What the source itself calls an account goes before the external ids of accounts; one that
    was merged is the one that goes on."""
    goes_on = Coalesce("account__merged_into", "account_id")
    own = AccountId.objects.filter(source=visitor.source, value=visitor.account)
    known = Account.objects.filter(external_id=visitor.account)
    found: int | None = own.values_list(goes_on, flat=True).first()
    if found is None:
        found = known.values_list(Coalesce("merged_into", "id"), flat=True).first()
    return found


def people_of(visitor: Visitor, *, account_id: int) -> list[int]:
    """Ids of who the visitor is at the account and may be told something: by the id of this source
    only, for another source may call somebody else so; and by the address where the product gives
    it."""
    said = Q(external_id=visitor.user, source=visitor.source)
    people = Contact.objects.all()
    if visitor.email:
        people = people.annotate(mail=Lower("email"))
        said |= Q(mail=visitor.email.lower())
    of_account = Q(account=account_id) | Q(account__merged_into=account_id)
    found = people.filter(said, of_account).values_list(Coalesce("joined_into", "id"), flat=True)
    reachable = Contact.objects.filter(is_active=True, do_not_contact=False, erased_at=None)
    return list(reachable.filter(pk__in=found).values_list("pk", flat=True))
