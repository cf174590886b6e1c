"""The tables a block fills, with their columns, parents before children."""

from __future__ import annotations

from dataclasses import dataclass, fields

from accounts.demo.tables import BinaryTable, TextTable

_COLUMNS = {
    "account": (
        "id external_id name domain industry region time_zone language currency plan_id seats "
        "usage_limit customer_since status stage owner_id pool_id "
        "tags complexity growth_potential strategic_fit "
        "is_strategic arr_minor renews_on renews_arr_minor segment touch_tier segment_override "
        "touch_tier_override override_reason tier_pending tier_pending_since created_at"
    ),
    "contact": (
        "id account_id external_id name email title language level job_function roles strength "
        "is_active left_on met_on do_not_contact"
    ),
    "attributehistory": ("id account_id contact_id attribute value valid_from valid_to learned_at"),
    "contract": (
        "id account_id external_id starts_on ends_on arr_minor amount_per currency term_months "
        "auto_renew state closed_on renews learned_at"
    ),
    "contractline": ("id contract_id product quantity arr_minor"),
    "revenuemovement": (
        "id account_id effective_on kind amount_minor currency subtype reason product "
        "recorded_at source_id external_id"
    ),
    "invoice": ("id account_id external_id issued_on due_on paid_on amount_minor currency state"),
    "ticket": (
        "id account_id external_id subject opened_at solved_at category severity topic "
        "satisfaction sentiment"
    ),
    "interaction": (
        "id account_id external_id occurred_at kind is_commercial host_id sentiment "
        "subject notes next_step"
    ),
    "interactioncontact": ("id interaction_id contact_id"),
    "businessevent": ("id account_id external_id kind occurred_on note learned_at"),
    "csmsentiment": ("id account_id external_id said_at value reason said_by_id learned_at"),
    "onboardingstep": ("id account_id key name due_on done_on"),
    "usageday": ("account_id day feature_id learned_on events"),
    "sessionday": ("account_id day learned_on sessions minutes"),
    "usermonth": ("account_id month user_key days"),
}


@dataclass(frozen=True, slots=True)
class BlockTables:
    """In loading order."""

    accounts: TextTable
    contacts: TextTable
    history: TextTable
    contracts: TextTable
    lines: TextTable
    movements: TextTable
    invoices: TextTable
    tickets: TextTable
    interactions: TextTable
    participations: TextTable
    events: TextTable
    onboarding: TextTable
    csm_sentiments: TextTable
    usage: BinaryTable
    sessions: BinaryTable
    users: BinaryTable

    @classmethod
    def empty(cls) -> BlockTables:
        return cls(
            accounts=_text_table("account"),
            contacts=_text_table("contact"),
            history=_text_table("attributehistory"),
            contracts=_text_table("contract"),
            lines=_text_table("contractline"),
            movements=_text_table("revenuemovement"),
            invoices=_text_table("invoice"),
            tickets=_text_table("ticket"),
            interactions=_text_table("interaction"),
            participations=_text_table("interactioncontact"),
            events=_text_table("businessevent"),
            onboarding=_text_table("onboardingstep"),
            csm_sentiments=_text_table("csmsentiment"),
            usage=_binary_table("usageday"),
            sessions=_binary_table("sessionday"),
            users=_binary_table("usermonth"),
        )

    def in_order(self) -> tuple[TextTable | BinaryTable, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


def _text_table(name: str) -> TextTable:
    return TextTable(f"accounts_{name}", tuple(_COLUMNS[name].split()))


def _binary_table(name: str) -> BinaryTable:
    return BinaryTable(f"accounts_{name}", tuple(_COLUMNS[name].split()))
