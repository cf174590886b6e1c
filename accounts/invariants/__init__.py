"""What must hold of recorded facts and of work at any moment."""

from accounts.invariants.derived_ledgers import DERIVED_LEDGERS
from accounts.invariants.intake import INTAKE
from accounts.invariants.revenue import REVENUE
from accounts.invariants.trail import TRAIL
from accounts.invariants.work import WORK

INVARIANTS = (*WORK, *INTAKE, *REVENUE, DERIVED_LEDGERS, TRAIL)
