"""Which accounts the statements are about."""

from accounts.models import User
from metrics.facts.scope import ReportScope
from tests.benchmarks.large_company import ACCOUNTS, CSM

# Far apart, as the accounts of a batch of marks are.
FEW = tuple(range(1_000, ACCOUNTS, 2_000))


def own_scope() -> ReportScope:
    """The accounts that a CSM sees: those of their team."""
    return ReportScope.of(user=User.objects.get(email=CSM))
