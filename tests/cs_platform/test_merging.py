"""Two accounts that are one customer become one: its records, its money on every day, once."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.loading.merge import MergeRefused
from accounts.merge import Merge
from accounts.models import (
    Account,
    AccountId,
    Attendance,
    Contact,
    Contract,
    Function,
    HeldMovement,
    Installation,
    InteractionContact,
    OnboardingStep,
    OutboxMessage,
    RevenueMovement,
    SessionDay,
    Signal,
    Source,
    TeamMember,
    Ticket,
    Touch,
    UsageDay,
    User,
    UserMonth,
)
from accounts.queries.doubles import likely_doubles
from cs_platform.scheduling.invariants import broken
from health.models import CurrentHealth
from playbooks.models import Play, Playbook, PlayStart, Task
from playbooks.publishing import install_library
from surveys.models import FollowUp, Response
from tests.accounts.loading import account, contract, load_raw, movement, problems, statuses

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
FIRST = date(2023, 12, 1)


def merge(merged="old", into="acme", **rest):
    return Merge(merged, into, DAY, NOW, **rest)


@pytest.fixture(autouse=True)
def accounts():
    load_raw(
        "accounts",
        account("acme", domain="acme.example"),
        account("old", domain="old.example", further_ids=["B-7"]),
    )


def arr_by_day():
    """Of all accounts together, by currency, on every day: read from the ledger alone."""
    changes = defaultdict(int)
    for row in RevenueMovement.objects.all():
        changes[row.currency, row.effective_on] += row.amount_minor
    days = [FIRST + timedelta(days=n) for n in range((DAY - FIRST).days + 1)]
    currencies = {currency for currency, _ in changes}
    return {
        (currency, day): sum(a for (c, on), a in changes.items() if c == currency and on <= day)
        for currency in currencies
        for day in days
    }


def kinds_by_day(*names):
    found = defaultdict(int)
    rows = RevenueMovement.objects.filter(account__external_id__in=names)
    for row in rows:
        found[row.effective_on, row.kind] += row.amount_minor
    return {key: amount for key, amount in found.items() if amount}


def holds():
    return broken(day=DAY)


def test_movements_are_taken_back_and_posted_with_their_own_days_and_kinds():
    load_raw(
        "movements",
        movement("m1", "2024-01-01", "new", "100.00"),
        movement("m2", "2024-02-01", "new", "50.00", account="old"),
        movement("m3", "2024-06-01", "expansion", "25.00", account="old", subtype="seats"),
        movement("m4", "2024-09-01", "contraction", "-10.00", account="old", currency="USD"),
        movement("m5", "2024-09-01", "new", "7.00", account="old", currency="EUR"),
    )
    before, kinds = arr_by_day(), kinds_by_day("acme", "old")
    ledger = list(RevenueMovement.objects.order_by("pk").values())
    merge().run()
    assert arr_by_day() == before
    assert kinds_by_day("old") == {}
    assert kinds_by_day("acme") == kinds
    now = list(RevenueMovement.objects.order_by("pk").values())
    assert now[: len(ledger)] == ledger  # nothing that was written is changed
    assert Account.objects.get(external_id="acme").arr_minor == 165_00
    assert Account.objects.get(external_id="old").arr_minor == 0
    assert RevenueMovement.objects.get(account__external_id="acme", subtype="seats")
    assert holds() == []


def test_what_a_source_sends_again_of_a_merged_account_is_known():
    load_raw("movements", movement("m2", "2024-02-01", "new", "50.00", account="old"))
    merge().run()
    for name in ("old", "acme"):
        again = load_raw("movements", movement("m2", "2024-02-01", "new", "50.00", account=name))
        assert statuses(again) == ["unchanged"]
    assert Account.objects.get(external_id="acme").arr_minor == 50_00


def test_contracts_go_over_and_what_follows_from_them():
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "100.00", product="Desk"))
    other = contract("c2", "2024-03-01", "2026-03-01", "40.00", product="Chat", account="old")
    load_raw("contracts", other)
    before = arr_by_day()
    outcome = merge().run()
    assert (outcome.differing, arr_by_day()) == ({}, before)
    assert set(Contract.objects.values_list("account__external_id", flat=True)) == {"acme"}
    assert Account.objects.get(external_id="acme").arr_minor == 140_00
    assert kinds_by_day("old") == {}
    assert holds() == []
    assert statuses(load_raw("contracts", other)) == ["unchanged"]


def test_a_change_of_arr_is_refused_until_it_is_accepted():
    """One contract of both counted twice: the same subscription, prolonged under another name."""
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "100.00", account="old",
                                   subscription="s"))  # fmt: skip
    load_raw("contracts", contract("c2", "2024-07-01", "2026-07-01", "120.00", subscription="s"))
    before = list(RevenueMovement.objects.order_by("pk").values())
    with pytest.raises(MergeRefused, match="ARR of both together would change from 2024-07-01"):
        merge().run()
    assert list(RevenueMovement.objects.order_by("pk").values()) == before
    assert Account.objects.get(external_id="old").merged_into is None
    assert merge().preview().differing == {("USD", date(2024, 7, 1)): -100_00}
    merge(accepts_change=True).run()
    assert Account.objects.get(external_id="acme").arr_minor == 120_00
    assert holds() == []


def test_usage_of_one_day_adds_up():
    for name in ("acme", "old"):
        load_raw("usage", {"account": name, "day": "2025-03-03", "feature": "f", "events": 5})
        load_raw("sessions", {"account": name, "day": "2025-03-03", "sessions": 2, "minutes": 9})
        load_raw("user_days", {"account": name, "day": "2025-03-03", "user": "u-1"})
    load_raw("user_days", {"account": "old", "day": "2025-03-05", "user": "u-1"})
    load_raw("usage", {"account": "old", "day": "2025-03-04", "feature": "f", "events": 1})
    merge().run()
    kept = Account.objects.get(external_id="acme")
    usage = UsageDay.objects.order_by("day").values_list("account", "day", "events")
    assert list(usage) == [(kept.pk, date(2025, 3, 3), 10), (kept.pk, date(2025, 3, 4), 1)]
    assert list(SessionDay.objects.values_list("account", "sessions", "minutes")) == [
        (kept.pk, 4, 18)
    ]
    assert list(UserMonth.objects.values_list("account", "days")) == [(kept.pk, 0b10100)]
    # What comes under the old name later is told of the account that goes on.
    again = {"account": "old", "day": "2025-03-03", "feature": "f", "events": 12}
    assert statuses(load_raw("usage", again)) == ["updated"]


def test_people_go_over_and_one_of_both_is_one():
    load_raw(
        "contacts", {"external_id": "p1", "account": "acme", "name": "Ada", "email": "a@x.example"}
    )
    old = {"external_id": "p2", "account": "old", "name": "Ada L.", "email": "A@X.example"}
    load_raw("contacts", old, {"external_id": "p3", "account": "old", "name": "Max"})
    talk = {"external_id": "i1", "account": "old", "occurred_at": "2025-03-03T09:00:00+00:00",
            "kind": "call", "contacts": ["p2", "p3"]}  # fmt: skip
    load_raw("interactions", talk)
    load_raw(
        "group_sessions",
        {"external_id": "g", "starts_at": "2025-03-03T09:00:00+00:00", "kind": "webinar"},
    )
    load_raw("attendances", {"session": "g", "contact": "p2", "account": "old"})
    merge().run()
    people = Contact.objects.filter(account__external_id="acme")
    assert set(people.values_list("external_id", flat=True)) == {"p1", "p3"}
    took_part = InteractionContact.objects.values_list("contact__external_id", flat=True)
    assert set(took_part) == {"p1", "p3"}
    assert Attendance.objects.get().contact.external_id == "p1"
    assert Attendance.objects.get().account.external_id == "acme"
    # The same again, as the source goes on saying it.
    assert statuses(load_raw("interactions", talk)) == ["unchanged"]
    joined = load_raw("contacts", old | {"title": "CTO"})
    assert (statuses(joined), problems(joined)) == (["unchanged"], {(0, "external_id", "joined")})
    came = load_raw("attendances", {"session": "g", "contact": "p2", "account": "old"})
    assert statuses(came) == ["unchanged"]
    call_command("erase_contact", "p1", verbosity=0)
    assert set(Contact.objects.values_list("external_id", "name", "email")) == {
        ("p1", "Erased person", ""), ("p2", "Erased person", ""), ("p3", "Max", ""),
    }  # fmt: skip


def test_records_of_every_kind_go_over():
    sam = User.objects.create_user("sam@acme.example", role="csm")
    Function.objects.create(key="reports", name="Reports")
    ticket = {
        "external_id": "t1",
        "account": "old",
        "opened_at": "2025-03-03T09:00:00+00:00",
        "category": "defect",
    }
    load_raw("tickets", ticket)
    load_raw(
        "events",
        {
            "external_id": "e1",
            "account": "old",
            "kind": "champion_left",
            "occurred_on": "2025-03-03",
        },
    )
    load_raw("team", {"account": "old", "function": "reports", "person": sam.email})
    for name, key in (("old", "kick_off"), ("old", "training"), ("acme", "training")):
        load_raw("onboarding", {"account": name, "key": key, "name": key, "due_on": "2025-04-01"})
    old = Account.objects.get(external_id="old")
    Task.objects.create(account=old, title="Call", opened_at=NOW, due_at=NOW)
    moved = merge().run().moved
    assert moved["tickets"] == 1
    for model in (Ticket, Signal, Task, TeamMember):
        assert set(model.objects.values_list("account__external_id", flat=True)) == {"acme"}
    steps = OnboardingStep.objects.filter(account__external_id="acme")
    assert set(steps.values_list("key", flat=True)) == {"kick_off", "training"}
    assert not CurrentHealth.objects.filter(account=old).exists()
    # Case 09: the ticket by the account it hangs on now.
    assert statuses(load_raw("tickets", ticket | {"account": "acme"})) == ["unchanged"]


def test_whatever_a_merged_account_was_called_finds_the_one_that_goes_on():
    Source.objects.create(key="desk", name="Desk")
    load_raw("accounts", account("old", further_ids=["D-1"]), source="desk")
    merge().run()
    names = ("old", "B-7", "old.example", "D-1")
    for n, name in enumerate(names):
        load_raw("tickets", {"external_id": f"t{n}", "account": name, "category": "defect",
                 "opened_at": "2025-03-03T09:00:00+00:00"}, source="desk")  # fmt: skip
    assert set(Ticket.objects.values_list("account__external_id", flat=True)) == {"acme"}
    assert Ticket.objects.count() == len(names)
    result = load_raw("accounts", account("old", name="Other"), account("new", parent="old"))
    assert problems(result) == {(0, "external_id", "merged")}
    assert Account.objects.get(external_id="old").name == "Old"
    assert Account.objects.get(external_id="new").parent.external_id == "acme"
    assert AccountId.objects.filter(account__external_id="acme", value="old").exists()


def test_once_and_never_in_a_circle():
    load_raw("accounts", account("third"))
    merge().run()
    with pytest.raises(MergeRefused, match="“old” was merged into “acme” already"):
        merge().run()
    with pytest.raises(MergeRefused, match="name that one"):
        merge("third", "old").run()
    merge("acme", "third").run()
    into = dict(Account.objects.values_list("external_id", "merged_into__external_id"))
    assert into == {"old": "third", "acme": "third", "third": None}
    with pytest.raises(MergeRefused, match="not merged into itself"):
        merge("third", "third").run()
    with pytest.raises(MergeRefused, match="is not an account"):
        merge("third", "nobody").run()


def test_parents_never_come_back_to_themselves():
    load_raw("accounts", account("kid", parent="old"), account("acme", parent="kid"))
    with pytest.raises(MergeRefused, match="stands below “old” over others"):
        merge().run()
    load_raw(
        "accounts", account("acme", parent="old"), account("top"), account("old", parent="top")
    )
    merge().run()
    above = dict(Account.objects.values_list("external_id", "parent__external_id"))
    assert above == {"acme": "top", "kid": "acme", "old": None, "top": None}


def test_revenue_of_two_kinds_is_made_one_first():
    load_raw("movements", movement("m1", "2024-01-01", "new", "100.00"))
    Account.objects.filter(external_id="old").update(
        revenue_source="contracts", revenue_source_reason="so"
    )
    with pytest.raises(MergeRefused, match="change one of both on its revenue page first"):
        merge().run()


def test_an_adjustment_goes_over_and_held_movements_stay_held():
    load_raw("contracts", contract("c1", "2024-01-01", "2026-01-01", "100.00"))
    load_raw("movements", movement("h1", "2024-02-01", "new", "5.00", account="old"))
    old = Account.objects.get(external_id="old")
    RevenueMovement.objects.create(
        account=old, effective_on="2024-03-01", kind="new", amount_minor=300, currency="USD",
        recorded_at=NOW, external_id="a1", source_id="direct", is_adjustment=True,
    )  # fmt: skip
    before = arr_by_day()
    merge().run()
    assert arr_by_day() == before
    assert Account.objects.get(external_id="acme").arr_minor == 103_00
    assert HeldMovement.objects.get().account.external_id == "acme"
    assert holds() == []


def test_likely_doubles_are_told_with_why():
    load_raw(
        "accounts",
        account("s15", name="Case One Ltd", domain="case.example"),
        account("s16", name="CASE ONE GmbH", domain="case.example"),
        account("mail-1", name="Ann", domain="gmail.com"),
        account("mail-2", name="Bea", domain="gmail.com"),
        account("mother", name="Group", domain="group.example"),
        account("daughter", name="Group Sub", domain="group.example", parent="mother"),
    )
    Source.objects.create(key="desk", name="Desk")
    load_raw("accounts", account("mail-2", further_ids=["B-7"]), source="desk")
    found = {(d.one, d.other): d.reasons for d in likely_doubles(first=0, count=50)}
    assert found == {
        ("s15", "s16"): ("same domain", "same name"),
        ("old", "mail-2"): ("same id",),
    }
    assert len(likely_doubles(first=1, count=50)) == 1
    merge("s15", "s16").run()
    assert [d.one for d in likely_doubles(first=0, count=50)] == ["old"]


def test_a_play_that_runs_on_both_is_stopped_on_the_merged_one():
    install_library(now=NOW)
    both, alone = Playbook.objects.order_by("pk")[:2]
    for name, book in (("acme", both), ("old", both), ("old", alone)):
        owner = Account.objects.get(external_id=name)
        start = PlayStart.objects.create(
            account=owner, playbook=book, playbook_key=book.key, result="started", decided_at=NOW
        )
        Play.objects.create(
            account=owner, playbook=book, playbook_key=book.key, family="f", severity=1,
            start=start, why="because", opened_at=NOW, opened_day=DAY, next_position=1,
        )  # fmt: skip
    assert merge().run().moved["plays stopped"] == 1
    plays = set(Play.objects.values_list("account__external_id", "playbook_key", "state"))
    assert plays == {
        ("acme", both.key, "open"), ("acme", both.key, "closed"), ("acme", alone.key, "open"),
    }  # fmt: skip
    assert "merged into" in Play.objects.get(state="closed").reason


def test_the_command_says_what_it_would_do_and_does_it(capsys):
    load_raw("accounts", account("twin", name="Acme", domain="acme.example"))
    call_command("merge_accounts")
    assert "Acme (acme) and Acme (twin): same domain, same name" in capsys.readouterr().out
    load_raw("tickets", {"external_id": "t1", "account": "twin", "category": "defect",
                         "opened_at": "2025-03-03T09:00:00+00:00"})  # fmt: skip
    call_command("merge_accounts", "twin", "acme", dry_run=True)
    assert "“twin” would be merged into “acme”" in capsys.readouterr().out
    assert Ticket.objects.get().account.external_id == "twin"
    call_command("merge_accounts", "twin", "acme")
    assert "tickets: 1" in capsys.readouterr().out
    assert Ticket.objects.get().account.external_id == "acme"
    with pytest.raises(CommandError, match="already"):
        call_command("merge_accounts", "twin", "acme")


def test_the_address_of_a_merged_account_leads_to_the_one_that_goes_on(client):
    client.force_login(User.objects.create_user("ops@acme.example", role="ops"))
    stranger = User.objects.create_user("csm@acme.example", role="csm")
    merge().run()
    for page in ("", "timeline/", "people/", "revenue/", "tasks/", "health/"):
        answer = client.get(f"/accounts/old/{page}?a=1")
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/acme/{page}?a=1")
    assert client.get("/accounts/acme/").status_code == 200
    assert client.get("/accounts/nobody/").status_code == 404
    Installation.objects.update(visibility="own")
    client.force_login(stranger)
    assert client.get("/accounts/old/").status_code == 404


def test_a_merged_account_is_in_no_list():
    ops = User.objects.create_user("ops@acme.example", role="ops")
    assert Account.objects.for_user(ops).count() == 2
    merge().run()
    for seen in (Account.objects.for_user(ops), Account.objects.changeable_by(ops)):
        assert set(seen.values_list("external_id", flat=True)) == {"acme"}


GOES_OVER = {
    "accounts.AccountId", "accounts.Attendance", "accounts.AttributeHistory",
    "accounts.BusinessEvent", "accounts.Contact", "accounts.Contract", "accounts.CsmSentiment",
    "accounts.ErasedUser",
    "accounts.HeldMovement", "accounts.Interaction", "accounts.Invoice", "accounts.LedgerDue",
    "accounts.OnboardingStep", "accounts.OutboxMessage", "accounts.SessionDay", "accounts.Signal",
    "accounts.SignalDelivery", "accounts.TeamMember", "accounts.Ticket", "accounts.UsageDay",
    "accounts.ActiveUsersDay", "accounts.Touch", "accounts.UsageWeek",
    "accounts.UserMonth", "accounts.WaitingMovement", "playbooks.Play", "playbooks.PlayStart",
    "playbooks.Task", "surveys.FollowUp", "surveys.Invitation", "surveys.Response",
}  # fmt: skip
# Append-only or closed, read by what they hang on, or derived again.
STAYS = {
    "accounts.AudienceMember", "accounts.DirtyAccount", "accounts.RenewalConfirmation",
    "accounts.MovementPart", "accounts.RevenueMovement",
    "cs_platform.PreviewMover", "health.BandOverride", "health.CurrentHealth",
    "health.HealthScore", "health.ReadinessLook", "health.ThresholdCrossing",
    "health.UsagePack", "metrics.AccountDay",
    "metrics.AccountMonth", "metrics.ContractDay", "metrics.RenewalForecast",
    "playbooks.BulkStartAccount",
}  # fmt: skip


def test_of_every_table_with_an_account_it_is_decided_what_a_merge_does():
    found = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model is Account and field.name == "account"
        if not model._meta.label.endswith("Audit")
    }
    assert found == GOES_OVER | STAYS


def test_who_was_written_to_at_one_account_has_that_touch_at_the_other():
    person = {"name": "Ada Quill", "email": "ada@acme.example"}
    load_raw("contacts", {"external_id": "p", "account": "old"} | person)
    load_raw("contacts", {"external_id": "q", "account": "acme"} | person)
    old = Contact.objects.get(external_id="p")
    sent = OutboxMessage.objects.create(
        key="k", channel="email", contact=old, account=old.account, next_at=NOW, subject="Hello"
    )
    Touch.objects.create(message=sent, contact=old, account=old.account, at=NOW)
    merge().run()
    touch = Touch.objects.get()
    assert touch.account.external_id == "acme"
    assert touch.contact == Contact.objects.get(external_id="q")


def test_what_somebody_answered_at_one_account_they_answered_at_the_other():
    person = {"name": "Ada Quill", "email": "ada@acme.example"}
    load_raw("contacts", {"external_id": "p", "account": "old"} | person)
    load_raw("contacts", {"external_id": "q", "account": "acme"} | person)
    old = Contact.objects.get(external_id="p")
    answer = Response.objects.create(
        account=old.account, contact=old, external_id="R-1", survey_key="nps", kind="nps",
        lowest=0, highest=10, value=3, standing=-1, answered_at=NOW, learned_at=NOW,
    )  # fmt: skip
    FollowUp.objects.create(response=answer, account=old.account, collected_at=NOW, due_at=NOW)
    moved = merge().run().moved
    assert moved["survey answers"] == moved["follow-ups of answers"] == 1
    answer.refresh_from_db()
    assert answer.account.external_id == answer.follow_up.account.external_id == "acme"
    assert answer.contact == Contact.objects.get(external_id="q")


def test_a_language_that_only_the_merged_one_says_goes_over():
    person = {"name": "Ada Quill", "email": "ada@acme.example"}
    load_raw("accounts", account("old", language="de"))
    load_raw("contacts", {"external_id": "p", "account": "old", "language": "fr"} | person)
    load_raw("contacts", {"external_id": "q", "account": "acme"} | person)
    merge().run()
    assert Account.objects.get(external_id="acme").language == "de"
    assert Contact.objects.get(external_id="q").language == "fr"


def test_a_language_that_is_known_stays_in_a_merge():
    person = {"name": "Ada Quill", "email": "ada@acme.example"}
    load_raw("accounts", account("old", language="de"), account("acme", language="es"))
    load_raw("contacts", {"external_id": "p", "account": "old", "language": "fr"} | person)
    load_raw("contacts", {"external_id": "q", "account": "acme", "language": "en"} | person)
    merge().run()
    assert Account.objects.get(external_id="acme").language == "es"
    assert Contact.objects.get(external_id="q").language == "en"


def test_an_erased_persons_usage_is_folded_in_after_a_merge_too():
    load_raw("contacts", {"external_id": "p", "account": "old", "name": "Ada Quill"})
    call_command("erase_contact", "p", verbosity=0)
    merge().run()
    load_raw("user_days", {"account": "old", "day": "2025-03-03", "user": "Ada Quill"})
    assert UserMonth.objects.get().user_key.startswith("erased-")
