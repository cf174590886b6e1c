"""What customers pay: contracts, given movements and invoices."""

from accounts.catalogue import (
    AmountUnit,
    ContractState,
    InvoiceState,
    MovementKind,
    MovementSubtype,
)
from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.specs.field_builders import (
    ACCOUNT,
    CURRENCY,
    EXTERNAL_ID,
    LEARNED,
    may,
    must,
    one_of,
    telling,
)

CONTRACTS = RecordSpec(
    Kind.CONTRACTS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("starts_on", Type.LONG_DAY),
        telling(
            "ends_on",
            Type.LONG_DAY,
            "open-ended",
            required=True,
            help_text="the renewal date, not covered; empty: open-ended",
        ),
        telling("arr", Type.AMOUNT, help_text="a year's worth, never negative"),
        telling("amount", Type.AMOUNT, help_text="instead of arr: the price as it is stated"),
        one_of("amount_per", AmountUnit, is_telling=True, help_text="unit of the amount"),
        CURRENCY,
        may("term_months", Type.INTEGER, clearable=False, min_value=1, max_value=120),
        telling("auto_renew", Type.BOOLEAN, clearable=False),
        may("notice_days", Type.INTEGER, max_value=1000, help_text="days before the end"),
        telling(
            "uplift_percent",
            Type.PERCENT,
            max_value=100,
            help_text="rise of the price at a renewal",
        ),
        one_of("state", ContractState, clearable=False, is_telling=True),
        telling("closed_on", Type.LONG_PAST_DAY, "not closed"),
        telling(
            "notice_given_on", Type.LONG_PAST_DAY, "no notice given", help_text="ends nothing yet"
        ),
        telling(
            "cancelled_on",
            Type.LONG_DAY,
            "not cancelled",
            help_text="a cancellation takes effect; empty: at the end",
        ),
        may("subscription", Type.ID, help_text="a later contract of the same one takes over"),
        may("deal", Type.ID, help_text="rows that share it are one contract with price steps"),
        may("renews", Type.ID, help_text="external id of the contract it renews"),
        telling(
            "replaces_earlier",
            Type.BOOLEAN,
            help_text="takes the place of those that run when it starts; empty: asked",
        ),
        may("product", Type.NAME, help_text="one line for the whole contract"),
        may("quantity", Type.INTEGER, help_text="seats or other units it is priced by"),
        LEARNED,
    ),
    alternatives=(("arr", "amount"),),
)
MOVEMENTS = RecordSpec(
    Kind.MOVEMENTS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("effective_on", Type.DAY),
        one_of("kind", MovementKind, required=True, clearable=False),
        telling("arr", Type.AMOUNT, help_text="signed change of a year's worth"),
        telling("mrr", Type.AMOUNT, help_text="instead of arr: counts × 12, exactly"),
        CURRENCY,
        one_of("subtype", MovementSubtype),
        may("reason", Type.NAME, max_length=200),
        may("product", Type.NAME),
        LEARNED,
    ),
    alternatives=(("arr", "mrr"),),
)
INVOICES = RecordSpec(
    Kind.INVOICES,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("issued_on", Type.PAST_DAY),
        must("due_on", Type.DAY),
        telling("paid_on", Type.PAST_DAY, "not paid"),
        must("amount", Type.AMOUNT),
        CURRENCY,
        one_of("state", InvoiceState, required=True, clearable=False),
        LEARNED,
    ),
)
