"""Hand-made facts: each function records one kind, with defaults that change no other measure."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from accounts.catalogue import ActorClass
from accounts.models import (
    Account,
    Attendance,
    AttributeHistory,
    BusinessEvent,
    Contact,
    Contract,
    CsmSentiment,
    Feature,
    GroupSession,
    Interaction,
    Invoice,
    OnboardingStep,
    Plan,
    RevenueMovement,
    SessionDay,
    Ticket,
    UsageDay,
    UserMonth,
)

DAY = date(2025, 6, 30)
NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
_numbers = count(1)


def unique(prefix):
    return f"{prefix}-{next(_numbers)}"


def ago(days):
    """The day so many days before DAY."""
    return DAY - timedelta(days=days)


def at(day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def make_plan(**values):
    return Plan.objects.create(**{"key": unique("plan"), "name": "Plan", **values})


def make_feature(**values):
    defaults = {"name": "Feature", "is_core": True, "valid_from": date(2020, 1, 1)}
    return Feature.objects.create(**{"key": unique("feature"), **defaults, **values})


def make_account(**values):
    defaults = {
        "name": "Northwind Pumps",
        "seats": 10,
        "customer_since": ago(800),
        "stage": "adoption",
        "currency": "USD",
    }
    return Account.objects.create(**{"external_id": unique("acc"), **defaults, **values})


def tell(account, attribute, value, *, days_ago, until_days_ago=None, learned_days_ago=None):
    """What an attribute of the account was from a day on."""
    learned = days_ago if learned_days_ago is None else learned_days_ago
    AttributeHistory.objects.create(
        account=account,
        attribute=attribute,
        value=str(value),
        valid_from=ago(days_ago),
        valid_to=None if until_days_ago is None else ago(until_days_ago),
        learned_at=at(ago(learned)),
    )


def use(
    account, feature, *, days_ago, events=1, value=None, learned_on=None, actor=ActorClass.PERSON
):
    """`value`: what the events of each day are worth together; None where nobody says."""
    for back in [days_ago] if isinstance(days_ago, int) else days_ago:
        UsageDay.objects.create(
            account=account,
            day=ago(back),
            feature=feature,
            actor=actor.number,
            learned_on=learned_on or ago(back),
            events=events,
            value=None if value is None else round(value * 10_000),
        )


def be_active(account, user, *, days_ago, actor=ActorClass.PERSON):
    """Sets the bits of one product user for days before DAY."""
    for back in [days_ago] if isinstance(days_ago, int) else days_ago:
        day = ago(back)
        key = {"account": account, "month": day.replace(day=1), "user_key": user}
        row, _ = UserMonth.objects.get_or_create(**key, actor=actor.number, defaults={"days": 0})
        bits = row.days | 1 << (day.day - 1)
        UserMonth.objects.filter(**key, actor=actor.number).update(days=bits)


def work(account, *, days_ago, sessions, minutes, learned_on=None):
    """Sessions of a day."""
    for back in days_ago:
        SessionDay.objects.create(
            account=account,
            day=ago(back),
            learned_on=learned_on or ago(back),
            sessions=sessions,
            minutes=minutes,
        )


def open_ticket(account, *, days_ago, solved_days_ago=None, **values):
    return Ticket.objects.create(
        account=account,
        external_id=unique("ticket"),
        opened_at=at(ago(days_ago)),
        solved_at=None if solved_days_ago is None else at(ago(solved_days_ago), hour=15),
        **{"category": "how_to", **values},
    )


def move_arr(account, amount, *, days_ago, kind="new", **values):
    day = ago(days_ago)
    return RevenueMovement.objects.create(
        account=account,
        effective_on=day,
        kind=kind,
        amount_minor=amount * 100,
        **{
            "currency": "USD",
            "recorded_at": at(day, hour=1),
            "source_id": "direct",
            "external_id": unique("movement"),
            **values,
        },
    )


def sign(account, *, days_ago, term_months=12, **values):
    day = ago(days_ago)
    return Contract.objects.create(
        account=account,
        external_id=unique("contract"),
        starts_on=day,
        **{
            "ends_on": day + timedelta(days=365),
            "arr_minor": 3_000_000,
            "currency": "USD",
            "term_months": term_months,
            "learned_at": at(day, hour=1),
            **values,
        },
    )


def invoice(account, *, due_days_ago, paid_days_ago=None, state="open"):
    return Invoice.objects.create(
        account=account,
        external_id=unique("invoice"),
        issued_on=ago(due_days_ago + 30),
        due_on=ago(due_days_ago),
        paid_on=None if paid_days_ago is None else ago(paid_days_ago),
        amount_minor=100_000,
        currency="USD",
        state=state if paid_days_ago is None else "paid",
    )


def make_contact(account, *, met_days_ago=700, left_days_ago=None, **values):
    return Contact.objects.create(
        account=account,
        external_id=unique("contact"),
        met_on=ago(met_days_ago),
        is_active=left_days_ago is None,
        left_on=None if left_days_ago is None else ago(left_days_ago),
        **{"name": "Contact", "level": "user", **values},
    )


def talk(account, *people, days_ago, **values):
    interaction = Interaction.objects.create(
        account=account,
        external_id=unique("talk"),
        occurred_at=at(ago(days_ago)),
        **{"kind_id": "call", **values},
    )
    interaction.contacts.set(people)
    return interaction


def happen(account, kind, *, days_ago, learned_days_ago=None):
    return BusinessEvent.objects.create(
        account=account,
        external_id=unique("event"),
        kind_id=kind,
        occurred_on=ago(days_ago),
        learned_at=at(ago(days_ago if learned_days_ago is None else learned_days_ago)),
    )


def add_step(account, *, due_days_ago, done_days_ago=None):
    return OnboardingStep.objects.create(
        account=account,
        key=unique("step"),
        name="Step",
        due_on=ago(due_days_ago),
        done_on=None if done_days_ago is None else ago(done_days_ago),
    )


def hold_session(kind, *people, days_ago, missed=()):
    """A group session to which these people came, and at which those of `missed` were expected."""
    session = GroupSession.objects.create(
        external_id=unique("session"), kind_id=kind, starts_at=at(ago(days_ago))
    )
    for person in (*people, *missed):
        Attendance.objects.create(
            session=session, contact=person, account=person.account, attended=person not in missed
        )
    return session


def say(account, value, *, days_ago, hour=12, **values):
    """How a CSM sees the account."""
    moment = at(ago(days_ago), hour)
    return CsmSentiment.objects.create(
        account=account,
        external_id=unique("said"),
        value=value,
        **{"said_at": moment, "learned_at": moment, **values},
    )
