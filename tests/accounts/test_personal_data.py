from datetime import UTC, datetime
from hashlib import blake2b

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from accounts.declarations import personal_data, platform_apps
from accounts.intake.mentions import MentionedPerson
from accounts.loading.change_signals import emit_events
from accounts.models import (
    Account,
    BusinessEvent,
    Contact,
    CsmSentiment,
    ErasedUser,
    GroupSession,
    HeldMovement,
    ImportFile,
    ImportRun,
    InboxReceipt,
    Interaction,
    Job,
    OnboardingStep,
    OutboxMessage,
    RejectedRecord,
    RevenueMovement,
    Ticket,
    User,
    UserMonth,
    WaitingMovement,
)
from accounts.models.relationship import InteractionContact
from accounts.personal_data import ERASED_NAME
from cs_platform.models import Intervention
from health.models import BandOverride
from playbooks.engine import fire_signals
from playbooks.models import Play, Task
from playbooks.publishing import install_library
from surveys.models import FollowUp, Response
from tests.accounts.loading import load_raw, statuses

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
OURS = {"accounts", "surveys", "health", "playbooks", "metrics", "cs_platform"}


# A column of codes is shorter, of fixed words it has choices.
SHORTEST_NAME = 20


def _is_text(field):
    if isinstance(field, ArrayField):
        return _is_text(field.base_field)
    if field.choices or isinstance(field, models.SlugField):
        return False
    if isinstance(field, models.CharField):
        return field.max_length > SHORTEST_NAME
    return isinstance(field, models.TextField | models.JSONField | models.BinaryField)


def _text_columns(app_labels):
    """Columns that could hold a person's name or words. In the audit trail: where the column that
    it follows is not declared to hold none."""
    for model in apps.get_models():
        if model._meta.app_label not in app_labels or model._meta.proxy:
            continue
        tracked = model._meta.label.removesuffix("Audit")
        for field in model._meta.local_fields:
            is_decided = f"{tracked}.{field.name}" in _harmless(personal_data())
            is_trail = tracked != model._meta.label and (
                is_decided or field.name.startswith("pgh_")
            )
            if _is_text(field) and not is_trail:
                yield f"{model._meta.label}.{field.name}"


def _harmless(declared):
    return {*declared.staff_columns, *declared.impersonal_columns}


def _searched(declared):
    return {*declared.searched} | {column.label for column in declared.contact_columns}


def _decided(declared=None):
    declared = declared or personal_data()
    deleted = {*declared.quoting_columns, *declared.forgotten_columns}
    return _searched(declared) | deleted | _harmless(declared) | {*declared.user_keys}


def test_every_column_of_text_is_decided():
    assert {*_text_columns(OURS)} == _decided()


def test_no_column_is_decided_twice():
    declared = personal_data()
    assert _searched(declared) & _harmless(declared) == set()
    assert {*declared.account_texts} & {*declared.other_texts} == set()


def test_an_app_decides_about_its_own_columns_and_no_others():
    strangers = {
        label
        for app in platform_apps()
        for label in (*_decided(app.personal_data), *app.personal_data.append_only)
        if not label.startswith(f"{app.label}.")
    }
    assert strangers == set()


@isolate_apps("accounts")
def test_a_new_column_of_text_is_undecided(monkeypatch):
    class Postcard(models.Model):
        greeting = models.CharField(max_length=30)

        class Meta:
            app_label = "accounts"

        def __str__(self):
            return self.greeting

    monkeypatch.setattr(apps, "get_models", lambda: [Postcard])
    assert {*_text_columns(OURS)} - _decided() == {"accounts.Postcard.greeting"}


def _starts_a_play(event):
    """The note goes wherever firing takes it."""
    install_library(now=NOW)
    emit_events([event.pk])
    fire_signals(limit=10, now=NOW)
    assert "Canary Quill" in Play.objects.get().why


@pytest.fixture
def canary(db):
    account = Account.objects.create(external_id="A-1", name="Brass Lantern")
    contact = Contact.objects.create(
        account=account,
        external_id="C-1",
        name="Canary Quill",
        email="canary.quill@example.com",
        title="Head of Canaries",
        met_on=NOW.date(),
    )
    talk = Interaction.objects.create(
        account=account,
        external_id="I-1",
        occurred_at=NOW,
        kind_id="call",
        subject="Call with Canary Quill",
        notes="Canary Quill wants reports.",
        next_step="Write to canary.quill@example.com",
    )
    InteractionContact.objects.create(interaction=talk, contact=contact)
    OutboxMessage.objects.create(
        key="m-1", channel="email", contact=contact, subject="Hello Canary Quill", next_at=NOW
    )
    BusinessEvent.objects.create(
        account=account,
        external_id="E-1",
        kind_id="cancellation_notice",
        occurred_on=NOW.date(),
        note="Canary Quill has given notice",
        learned_at=NOW,
    )
    _starts_a_play(BusinessEvent.objects.get())
    run = ImportRun.objects.create(kind="contacts", source="contacts.csv", started_at=NOW)
    RejectedRecord.objects.create(
        run=run,
        position=2,
        code="level",
        message="level: unknown",
        record={"external_id": "C-1", "name": "Canary Quill"},
    )
    return contact


@pytest.fixture
def one_of_each(canary):
    """A row in every table with words about an account, or beside it."""
    account, day = canary.account, NOW.date()
    Account.objects.update(override_reason="x")  # leaves a row in the audit trail
    Contact.objects.update(job_function="x")
    Ticket.objects.create(
        account=account, external_id="T-1", opened_at=NOW, category="defect", severity="normal"
    )
    OnboardingStep.objects.create(account=account, key="k", name="x", due_on=day)
    RevenueMovement.objects.create(
        account=account, effective_on=day, kind="new", amount_minor=1, recorded_at=NOW,
        external_id="M-1", currency="USD",
    )  # fmt: skip
    HeldMovement.objects.create(
        account=account, effective_on=day, kind="new", amount_minor=1, recorded_at=NOW,
        external_id="M-2", currency="USD", source_id="direct",
    )  # fmt: skip
    WaitingMovement.objects.create(
        account=account, effective_on=day, kind="churn", amount_minor=-1, recorded_at=NOW,
        external_id="M-3", currency="USD", source_id="direct", position=2,
        run=ImportRun.objects.create(kind="movements", source="m.csv", started_at=NOW),
    )  # fmt: skip
    staff = User.objects.create_user("csm@demo.example", name="Ada", role="csm")
    BandOverride.objects.create(
        account=account,
        band="watch",
        reason="x",
        starts_on=day,
        expires_on=day,
        created_by=staff,
        created_at=NOW,
    )
    Task.objects.create(account=account, title="x", opened_at=NOW, due_at=NOW)
    CsmSentiment.objects.create(account=account, external_id="C-1", said_at=NOW, value=3)
    GroupSession.objects.create(external_id="S-1", kind_id="webinar", starts_at=NOW)
    Job.objects.create(kind="k", key="1", next_at=NOW)
    InboxReceipt.objects.create(source="s", key="k", digest="d", received_at=NOW)
    ImportFile.objects.create(name="x", size=1, digest="d", uploaded_at=NOW)
    Intervention.objects.create(action="retry_job", at=NOW, by=staff)
    answer = Response.objects.create(
        account=account, contact=canary, external_id="R-1", survey_key="nps", kind="nps",
        lowest=0, highest=10, value=3, standing=-1, answered_at=NOW, learned_at=NOW,
    )  # fmt: skip
    FollowUp.objects.create(response=answer, account=account, collected_at=NOW, due_at=NOW)
    return canary


MENTION = "CANARY  quill and Quill, Canary (Canary.QUILL@Example.com)"


def _planted(field):
    """As an import or a person may have written it: other case, order and spacing."""
    if isinstance(field, ArrayField):
        return ["canary QUILL"]
    if isinstance(field, models.JSONField):
        return {"said": [f"said\n{MENTION}"], "Canary Quill": 1}
    return MENTION[: field.max_length]


def test_every_declared_column_is_searched_and_its_row_stays(one_of_each):
    """The declaration is the work: a column that is only written down fails here."""
    labels = personal_data().searched
    counts = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for label in labels:
            name, _, column = label.rpartition(".")
            rows = apps.get_model(name)._base_manager.all()
            counts[name] = rows.count()
            planted = rows.update(**{column: _planted(rows.model._meta.get_field(column))})
            assert planted, f"no row of {name}: add one above"
        cursor.execute("SET LOCAL session_replication_role = origin")

    call_command("erase_contact", "C-1", verbosity=0)

    assert "canary" not in _dump_of_all_tables()
    found = {name: apps.get_model(name)._base_manager.count() for name in counts}
    # Records as they were sent go with the person; the audit trail tells of the erasure itself.
    counts.pop("accounts.RejectedRecord")
    assert {name: found[name] >= count for name, count in counts.items()} == dict.fromkeys(
        counts, True
    )


def test_usage_that_still_comes_under_an_erased_id_is_of_the_same_user_of_nobody(canary):
    def user_days(account, *users, day):
        rows = [{"account": account, "user": u, "day": day} for u in users]
        return statuses(load_raw("user_days", *rows))

    load_raw("accounts", {"external_id": "A-2", "name": "Elsewhere"})
    user_days("A-1", "canary.quill@example.com", "u-17", day="2025-03-03")
    call_command("erase_contact", "C-1", verbosity=0)
    before = set(UserMonth.objects.values_list("user_key", flat=True))
    # The same day again, a later one, in another case: one user, one row.
    mail = "Canary.Quill@Example.com"
    assert user_days("A-1", mail, day="2025-03-03") == ["unchanged"]
    assert user_days("A-1", mail, day="2025-03-05") == ["updated"]
    assert set(UserMonth.objects.values_list("user_key", flat=True)) == before
    days = UserMonth.objects.exclude(user_key="u-17").values_list("days", flat=True)
    assert list(days) == [0b10100]
    # By an id that nothing was known under yet, and by the next erasure of nobody.
    assert user_days("A-1", "C-1", day="2025-03-05") == ["created"]
    call_command("erase_contact", "C-1", verbosity=0)
    assert user_days("A-1", "C-1", day="2025-03-06") == ["updated"]
    keys = set(UserMonth.objects.values_list("user_key", flat=True)) - {"u-17"}
    assert all(key.startswith("erased-") for key in keys)
    assert len(keys) == 2
    assert user_days("A-2", mail, day="2025-03-03") == ["created"]  # nobody asked about those
    assert UserMonth.objects.filter(user_key=mail).exists()


def test_what_is_kept_of_an_erased_id_does_not_say_it(canary):
    call_command("erase_contact", "C-1", verbosity=0)
    rows = list(ErasedUser.objects.all())
    assert len(rows) == 3  # the address, the name, the id
    assert len({bytes(row.salt) for row in rows}) == 3
    for row in rows:
        plain = [b"canary.quill@example.com", b"canary quill", b"c-1"]
        assert bytes(row.digest) not in {blake2b(p, digest_size=32).digest() for p in plain}
        assert not any(text.decode() in row.user_key for text in plain)


def test_accounts_that_the_person_moved_from_are_searched_whatever_the_case(canary):
    before, now = canary.account, Account.objects.create(external_id="A-3", name="Next House")
    Contact.objects.filter(pk=canary.pk).update(account=now)
    Ticket.objects.create(
        account=before, external_id="T-9", opened_at=NOW, category="defect",
        subject="CANARY QUILL cannot log in (Canary.QUILL@example.com)",
    )  # fmt: skip
    call_command("erase_contact", "C-1", verbosity=0)
    subject = Ticket.objects.get(external_id="T-9").subject
    assert subject == "Erased person cannot log in (Erased person)"


def test_a_mention_by_somebody_who_was_not_there_is_found(canary):
    """The name and the address in an interaction that the person did not take part in."""
    Interaction.objects.create(
        account=canary.account, external_id="I-2", occurred_at=NOW, kind_id="email",
        subject="Re: SSO from canary quill",
        notes="CANARY QUILL <Canary.Quill@EXAMPLE.com> wrote again",
    )  # fmt: skip
    call_command("erase_contact", "C-1", verbosity=0)
    kept = Interaction.objects.get(external_id="I-2")
    assert (kept.subject, kept.notes) == (
        "Re: SSO from Erased person", "Erased person <Erased person> wrote again"
    )  # fmt: skip


def test_accounts_that_the_person_is_known_at_are_searched_too(canary):
    """Who moved has another contact with the same address, or took part in a meeting."""
    names = ("same address", "meeting")
    accounts = [Account.objects.create(external_id=n.replace(" ", "-"), name=n) for n in names]
    Contact.objects.create(
        account=accounts[0], external_id="C-2", name="C. Q.", email="Canary.Quill@example.com",
        met_on=NOW.date(),
    )  # fmt: skip
    talk = Interaction.objects.create(
        account=accounts[1], external_id="I-3", occurred_at=NOW, kind_id="call"
    )
    InteractionContact.objects.create(interaction=talk, contact=canary)
    for n, account in enumerate(accounts):
        BusinessEvent.objects.create(
            account=account, external_id=f"E-{n + 2}", kind_id="incident", occurred_on=NOW.date(),
            note="canary quill called", learned_at=NOW,
        )  # fmt: skip
    call_command("erase_contact", "C-1", verbosity=0)
    notes = BusinessEvent.objects.filter(account__in=accounts).values_list("note", flat=True)
    assert set(notes) == {"Erased person called"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ann Lee, ann lee and ANN\tLEE", "X, X and X"),
        ("Lee, Ann came", "X came"),
        ("Joann Lee and Ann Leeson", "Joann Lee and Ann Leeson"),
        ("to ann@lee.example.", "to X."),
        ("joann@lee.example", "joann@lee.example"),
        ({"a": ["by Ann Lee", 3], "Ann Lee": None}, {"a": ["by X", 3], "X": None}),
    ],
)
def test_a_name_is_found_in_any_case_and_not_inside_another(text, left):
    assert MentionedPerson("Ann Lee", "ann@lee.example").cut(text, by="X") == left


def test_a_part_of_the_name_alone_is_found_where_it_means_nobody_else(canary):
    """Quill is another contact's name too; a canary is a bird."""
    Contact.objects.create(
        account=canary.account, external_id="C-9", name="Robin Quill", met_on=NOW.date()
    )
    Ticket.objects.create(
        account=canary.account, external_id="T-9", opened_at=NOW, category="defect",
        severity="normal", subject="Canary asks CANARY's canary, Quill and Canary Quill",
    )  # fmt: skip
    call_command("erase_contact", "C-1", verbosity=0)
    assert Ticket.objects.get(external_id="T-9").subject == (
        "Erased person asks Erased person's canary, Quill and Erased person"
    )


def test_the_persons_product_user_is_counted_and_not_named(canary):
    elsewhere = Account.objects.create(external_id="A-2", name="Elsewhere")
    month = NOW.date().replace(day=1)
    for account, key in (
        (canary.account, "Canary.Quill@example.com"),
        (canary.account, "C-1"),
        (canary.account, "u-17"),
        (elsewhere, "canary.quill@example.com"),
    ):
        UserMonth.objects.create(account=account, month=month, user_key=key, actor=0, days=3)
    call_command("erase_contact", "C-1", verbosity=0)
    keys = set(UserMonth.objects.filter(account=canary.account).values_list("user_key", flat=True))
    assert (len(keys), "u-17" in keys) == (3, True)
    assert not {key.lower() for key in keys} & {"canary.quill@example.com", "c-1"}
    assert UserMonth.objects.filter(account=elsewhere, user_key="canary.quill@example.com").exists()


def test_nobody_is_found_nowhere():
    assert MentionedPerson("").cut("anything", by="X") == "anything"


def _dump_of_all_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        text = ""
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += "\n".join(row[0] for row in cursor.fetchall())
    return text.lower()


def test_an_erased_person_is_found_nowhere(canary):
    assert "canary" in _dump_of_all_tables()
    Contact.objects.filter(pk=canary.pk).update(language="fi")

    call_command("erase_contact", "C-1", verbosity=0)

    assert "canary" not in _dump_of_all_tables()
    canary.refresh_from_db()
    assert (canary.name, canary.do_not_contact) == (ERASED_NAME, True)
    assert canary.language == ""
    assert canary.erased_at is not None
    assert Interaction.objects.count() == 1
    assert BusinessEvent.objects.get().note == "Erased person has given notice"


def test_erasing_twice_changes_nothing_more(canary):
    call_command("erase_contact", "C-1", verbosity=0)
    canary.refresh_from_db()
    first = canary.erased_at
    call_command("erase_contact", "C-1", verbosity=0)
    canary.refresh_from_db()
    assert canary.erased_at == first


@pytest.mark.django_db
def test_an_unknown_contact_is_named():
    with pytest.raises(CommandError, match="'C-404'"):
        call_command("erase_contact", "C-404")
