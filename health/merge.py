"""What is shown as present of an account that is merged ends with it."""

from datetime import datetime

from accounts.models import Account
from health.models import CurrentHealth


def end_present_health(merged: Account, _into: Account, *, now: datetime) -> dict[str, int]:
    """Scores stay where they were given."""
    CurrentHealth.objects.filter(account=merged).delete()
    return {}
