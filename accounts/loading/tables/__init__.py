"""How each kind of record becomes rows."""

from accounts.intake.fields import Kind
from accounts.loading.tables.contact import (
    ATTENDANCES,
    CSM_SENTIMENTS,
    EVENTS,
    GROUP_SESSIONS,
    INTERACTIONS,
    TICKETS,
)
from accounts.loading.tables.customers import ACCOUNTS, CONTACTS, ONBOARDING
from accounts.loading.tables.fact_table import FactTable
from accounts.loading.tables.money import CONTRACTS, INVOICES

TABLES: dict[Kind, FactTable] = {
    Kind.ACCOUNTS: ACCOUNTS,
    Kind.CONTACTS: CONTACTS,
    Kind.CONTRACTS: CONTRACTS,
    Kind.INVOICES: INVOICES,
    Kind.TICKETS: TICKETS,
    Kind.INTERACTIONS: INTERACTIONS,
    Kind.GROUP_SESSIONS: GROUP_SESSIONS,
    Kind.ATTENDANCES: ATTENDANCES,
    Kind.CSM_SENTIMENTS: CSM_SENTIMENTS,
    Kind.EVENTS: EVENTS,
    Kind.ONBOARDING: ONBOARDING,
}
