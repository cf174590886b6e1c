"""A webinar is one session with people of many accounts; it shows on each of them, once."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from accounts.intake.fields import Kind
from accounts.intake.parse_options import iso_reading
from accounts.intake.records import read_record
from accounts.intake.specs.contact import ATTENDANCES
from accounts.models import Account, Attendance, Contact, DirtyAccount, GroupSession
from accounts.uploads.before_after import stored
from cs_platform.pages.account.timeline import newest_entries
from tests.accounts.loading import account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people():
    load_raw("accounts", account(), account("bolt"))
    load_raw("contacts", contact("ada"), contact("bo"), contact("cleo", of="bolt"))


def contact(external_id, *, of="acme"):
    return {"external_id": external_id, "account": of, "name": external_id.capitalize()}


def session(**fields):
    fact = {"external_id": "w1", "starts_at": "2025-03-10T10:00:00Z", "kind": "webinar"}
    return fact | {"subject": "What is new"} | fields


def came(person, *, of="acme", **fields):
    return {"session": "w1", "contact": person, "account": of} | fields


def test_each_person_is_an_attendance_counted_for_their_account():
    assert statuses(load_raw("group_sessions", session())) == ["created"]
    DirtyAccount.objects.all().delete()
    attended = [came("ada", minutes=45), came("bo"), came("cleo", of="bolt", attended=False)]
    assert statuses(load_raw("attendances", *attended)) == ["created"] * 3

    rows = Attendance.objects.order_by("pk").values_list("account__external_id", "attended")
    assert list(rows) == [("acme", True), ("acme", True), ("bolt", False)]
    assert set(DirtyAccount.objects.values_list("account__external_id", flat=True)) == {
        "acme",
        "bolt",
    }
    assert statuses(load_raw("attendances", *attended)) == ["unchanged"] * 3
    assert statuses(load_raw("attendances", came("bo", minutes=5))) == ["updated"]


def test_a_session_marks_the_accounts_whose_people_came_and_no_other():
    load_raw("group_sessions", session())
    load_raw("attendances", came("cleo", of="bolt"))
    DirtyAccount.objects.all().delete()
    assert statuses(load_raw("group_sessions", session(subject="What is old"))) == ["updated"]
    marked = DirtyAccount.objects.values_list("account__external_id", flat=True)
    assert list(marked) == ["bolt"]


def test_a_person_of_another_account_and_an_unknown_session_are_refused():
    load_raw("group_sessions", session())
    found = load_raw("attendances", came("cleo"), came("nobody"), came("ada", session="w2"))
    assert problems(found) == {
        (0, "contact", "other_account"),
        (1, "contact", "unknown"),
        (2, "session", "unknown"),
    }


def test_an_unknown_kind_of_session_is_kept():
    assert problems(load_raw("group_sessions", session(kind="hackathon"))) == {
        (0, "kind", "new_kind")
    }
    assert GroupSession.objects.get().kind.met_in_data


def test_a_session_stands_once_on_the_timeline_of_those_who_came():
    load_raw("group_sessions", session())
    load_raw("attendances", came("ada"), came("bo"), came("cleo", of="bolt", attended=False))
    acme, bolt = Account.objects.order_by("external_id")

    (shown,) = [entry for read in newest_entries(acme, kind="", limit=9) for entry in read]
    assert (shown.title, shown.text, shown.who) == ("What is new", "2 people came", "Webinar")
    assert not any(newest_entries(bolt, kind="", limit=9))


def test_a_check_compares_an_attendance_with_what_is_stored():
    load_raw("group_sessions", session())
    load_raw("attendances", came("ada", minutes=45))
    reading = iso_reading(now=datetime(2030, 1, 1, tzinfo=UTC))
    record = read_record(came("ada"), spec=ATTENDANCES, position=3, reading=reading)
    image = stored(Kind.ATTENDANCES, [record], source="direct")[3]
    assert (image["contact"], image["session"], image["minutes"]) == ("ada", "w1", "45")


def test_an_erased_person_leaves_the_count_and_no_name():
    load_raw("group_sessions", session(subject="Ada shows her report"))
    load_raw("attendances", came("ada"))
    call_command("erase_contact", "ada", verbosity=0)
    assert Attendance.objects.get().contact == Contact.objects.get(external_id="ada")
    assert GroupSession.objects.get().subject == "Erased person shows her report"
