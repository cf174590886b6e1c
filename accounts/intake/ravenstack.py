"""The RavenStack export as records of ours.

The data: "RavenStack: Synthetic SaaS Dataset" by River @ Rivalytics.

Each function takes a row by column and says what it is for us, and what is odd about it.
Its moments carry no zone and count as UTC; its subscriptions are open-ended, and those with an
end were cancelled on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from accounts.intake import dates, numbers, texts
from accounts.intake.dates import DateOptions
from accounts.intake.errors import FieldError, RecordError

SOURCE = "ravenstack"
_MOST_EVENTS = 1_000_000
_SEVERITY = {"low": "low", "medium": "normal", "high": "high", "urgent": "urgent"}
# The export has no categories; "request" is the one that says least.
_CATEGORY = "request"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Adapted:
    """`raw` is a record of our own kind as CSV would have it; None where there is none."""

    raw: Mapping[str, str] | None
    problems: tuple[RecordError, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    account: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Usage:
    row_id: str
    account: str
    day: date
    feature: str
    events: int
    problems: tuple[RecordError, ...]


def account(row: Row, *, position: int) -> Adapted:
    """The churn flag is not taken: what the subscriptions say is compared with it afterwards."""
    return Adapted(
        {
            "external_id": row["account_id"],
            "name": row["account_name"],
            "industry": row["industry"],
            "region": row["country"],
            "customer_since": row["signup_date"],
            "plan": row["plan_tier"].lower(),
            "seats": row["seats"],
            "tags": f"referral: {row['referral_source']}" if row["referral_source"] else "",
            "stage": "adoption",
        }
    )


def subscription(row: Row, *, position: int, calendar: DateOptions) -> Adapted:
    """A contract. No end was agreed on: the export's end is the day a subscription was left."""
    starts_on = dates.day(row["start_date"], calendar=calendar)
    ends_on = dates.day(row["end_date"], calendar=calendar) if row["end_date"] else None
    if ends_on is not None and ends_on <= starts_on:
        message = f"{ends_on} is not after the start {starts_on}: it never ran, nothing is counted"
        return _refused_row(position, "end_date", "order", message)
    if row["is_trial"] == "TRUE":
        message = "is a trial: it brings no revenue and is not taken as a contract"
        return _row_with_warning(None, position, "is_trial", "trial", message)
    monthly = row["billing_frequency"] == "monthly"
    raw = {
        "external_id": row["subscription_id"],
        "account": row["account_id"],
        "starts_on": starts_on.strftime("%d-%m-%Y"),
        "ends_on": "",
        "cancelled_on": row["end_date"],
        "arr": row["arr_amount"],
        "currency": "USD",
        "auto_renew": row["auto_renew_flag"],
        "term_months": "1" if monthly else "12",
        "state": "active" if ends_on is None else "cancelled",
        "closed_on": row["end_date"],
        "subscription": row["subscription_id"],
        "product": row["plan_tier"],
    }
    if (row["churn_flag"] == "TRUE") != (ends_on is not None):
        message = "contradicts the end of the subscription; its dates decide"
        return _row_with_warning(raw, position, "churn_flag", "contradicts_money", message)
    return Adapted(raw)


def term(row: Row, *, calendar: DateOptions) -> Subscription:
    """Which account a subscription's usage belongs to, and when it was running."""
    ends_on = dates.day(row["end_date"], calendar=calendar) if row["end_date"] else None
    starts_on = dates.day(row["start_date"], calendar=calendar)
    return Subscription(row["account_id"], starts_on, ends_on)


def usage(
    row: Row, *, position: int, calendar: DateOptions, subscriptions: Mapping[str, Subscription]
) -> Usage:
    """FieldError when it cannot be told whose usage it is, or when."""
    found = subscriptions.get(row["subscription_id"])
    if found is None:
        raise FieldError("unknown", "names a subscription that is not in the export")
    day = dates.past_day(row["usage_date"], calendar=calendar)
    problems = []
    if day < found.starts_on:
        message = f"{day} is before the subscription starts ({found.starts_on}); kept on its day"
        problems.append(RecordError(position, "usage_date", "before_start", message, warning=True))
    elif found.ends_on is not None and day >= found.ends_on:
        message = f"{day} is after the subscription ended ({found.ends_on}); kept on its day"
        problems.append(RecordError(position, "usage_date", "after_end", message, warning=True))
    feature = texts.slug(row["feature_name"])
    events = numbers.integer(row["usage_count"], min_value=0, max_value=_MOST_EVENTS)
    return Usage(row["usage_id"], found.account, day, feature, events, tuple(problems))


def ticket(row: Row, *, position: int, calendar: DateOptions, signed_up: date | None) -> Adapted:
    opened_on = dates.day(row["submitted_at"], calendar=calendar)
    raw = {
        "external_id": row["ticket_id"],
        "account": row["account_id"],
        "opened_at": f"{opened_on} 00:00",
        "solved_at": _iso_moment(row["closed_at"], calendar=calendar),
        "category": _CATEGORY,
        "severity": _SEVERITY.get(row["priority"], row["priority"]),
        "satisfaction": row["satisfaction_score"].removesuffix(".0"),
    }
    if signed_up is not None and opened_on < signed_up:
        message = f"{opened_on} is before the account signed up ({signed_up}); kept on its day"
        return _row_with_warning(raw, position, "submitted_at", "before_customer", message)
    return Adapted(raw)


def _iso_moment(value: str, *, calendar: DateOptions) -> str:
    if not value:
        return ""
    day, _, time = value.partition(" ")
    return f"{dates.day(day, calendar=calendar)} {time or '00:00'}"


def churn_problem(
    row: Row, *, position: int, churned_on: date, paying: bool, ended_that_day: bool
) -> RecordError | None:
    """What the money says about a churn event; None when both agree."""
    if ended_that_day:
        return None
    if paying:
        message = f"says the account left on {churned_on}, but it paid on; the money decides"
        return RecordError(position, "churn_date", "contradicts_money", message, warning=True)
    message = f"says the account left on {churned_on}, when it paid nothing"
    return RecordError(position, "churn_date", "nothing_to_churn", message, warning=True)


def churn_flag_problem(row: Row, *, position: int, paying: bool) -> RecordError | None:
    if (row["churn_flag"] == "TRUE") != paying:
        return None
    says = "churned, but the account still pays" if paying else "kept, but it pays nothing"
    message = f"says {says}; the money decides"
    return RecordError(position, "churn_flag", "contradicts_money", message, warning=True)


def _refused_row(position: int, field: str, code: str, message: str) -> Adapted:
    return Adapted(None, (RecordError(position, field, code, message),))


def _row_with_warning(
    raw: Mapping[str, str] | None, position: int, field: str, code: str, message: str
) -> Adapted:
    return Adapted(raw, (RecordError(position, field, code, message, warning=True),))
