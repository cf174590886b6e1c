"""The currency in which an account is shown, where nobody has said it."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.loading.due_ledgers import mark_due
from accounts.models import Account, Contract, Invoice, RevenueMovement

_AMOUNTS = (RevenueMovement, Contract, Invoice)


def follow_reporting_currency(before: str, after: str) -> int:
    """Accounts in the reporting currency of before that hold no amount in it were given it because
    nothing else was said: they take the new one, and a job counts them again. How many."""
    followers = Account.objects.filter(currency=before)
    for model in _AMOUNTS:
        rows = model._default_manager.filter(account=OuterRef("pk"), currency=before)
        followers = followers.filter(~Exists(rows))
    with transaction.atomic():
        ids = list(followers.select_for_update(of=("self",)).values_list("pk", flat=True))
        Account.objects.filter(pk__in=ids).update(currency=after)
        mark_due(ids)
    return len(ids)
