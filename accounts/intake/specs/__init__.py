"""What one record of each kind may say: the one table behind CSV, JSON, staging and the docs."""

from accounts.intake.fields import Field, Kind, RecordSpec, Type
from accounts.intake.specs.contact import (
    ATTENDANCES,
    CSM_SENTIMENTS,
    EVENTS,
    GROUP_SESSIONS,
    INTERACTIONS,
    TICKETS,
)
from accounts.intake.specs.customers import ACCOUNT_HISTORY, ACCOUNTS, CONTACTS, ONBOARDING, TEAM
from accounts.intake.specs.money import CONTRACTS, INVOICES, MOVEMENTS
from accounts.intake.specs.surveys import SURVEY_ANSWERS
from accounts.intake.specs.usage import ACTIVE_USERS, FEATURES, SESSIONS, USAGE, USER_DAYS

__all__ = ["SPECS", "Field", "Kind", "RecordSpec", "Type"]

# In the order in which a set of files is loaded: what others point at comes first, and given
# movements before contracts, so that the ledger is not derived from contracts in between.
SPECS: dict[Kind, RecordSpec] = {
    spec.kind: spec
    for spec in (
        ACCOUNTS,
        ACCOUNT_HISTORY,
        TEAM,
        FEATURES,
        CONTACTS,
        MOVEMENTS,
        CONTRACTS,
        INVOICES,
        USAGE,
        SESSIONS,
        USER_DAYS,
        ACTIVE_USERS,
        TICKETS,
        INTERACTIONS,
        GROUP_SESSIONS,
        ATTENDANCES,
        CSM_SENTIMENTS,
        EVENTS,
        ONBOARDING,
        SURVEY_ANSWERS,
    )
}
