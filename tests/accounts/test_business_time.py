"""The days and hours an installation works are settings that everything counted in them follows."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.urls import reverse

from accounts.models import Holiday, Installation, User
from playbooks.due_dates import Offset, Unit, due_at

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2025, 3, 13, 13, 0, tzinfo=UTC)  # 16:00 in Riyadh
TWO_DAYS = Offset(48, Unit.HOURS)


@pytest.fixture
def save(client):
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Riyadh"})
    User.objects.create_user("ops@demo.example", "a long password", name="Nia Ops", role="ops")
    client.post(reverse("login"), {"login": "ops@demo.example", "password": "a long password"})
    address = reverse("admin:accounts_installation_change", args=[1])

    def post(**changes):
        row = model_to_dict(Installation.objects.get())
        said = {name: "" if value is None else value for name, value in row.items()}
        return client.post(address, said | changes)

    return post


def due() -> datetime:
    calendar = Installation.current().business_calendar()
    return due_at(anchor=THURSDAY, offset=TWO_DAYS, calendar=calendar)


def test_a_week_from_sunday_to_thursday_is_chosen_in_admin(save):
    assert due() == datetime(2025, 3, 17, 13, 0, tzinfo=UTC)  # Monday: Friday and Monday worked

    assert save(working_days=["7", "1", "2", "3", "4"]).status_code == 302

    assert Installation.current().working_days == [7, 1, 2, 3, 4]
    assert due() == datetime(2025, 3, 17, 13, 0, tzinfo=UTC)  # Sunday and Monday worked
    Holiday.objects.create(day=date(2025, 3, 16), name="Founding Day")
    assert due() == datetime(2025, 3, 18, 13, 0, tzinfo=UTC)


def test_worked_hours_are_chosen_in_admin(save):
    assert save(opens_at="07:30", closes_at="15:30").status_code == 302

    calendar = Installation.current().business_calendar()
    assert (calendar.opens_at, calendar.closes_at) == (time(7, 30), time(15, 30))
    assert due() == datetime(2025, 3, 18, 4, 30, tzinfo=UTC)  # 16:00 is after the close: Tuesday


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"working_days": []}, "This field is required"),
        ({"working_days": ["8"]}, "8 is not one of the available choices"),
        ({"opens_at": "18:00", "closes_at": "09:00"}, "A working day ends after it begins"),
    ],
)
def test_a_week_that_nobody_can_work_is_refused(save, changes, told):
    before = model_to_dict(Installation.objects.get())
    answer = save(**changes)

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert model_to_dict(Installation.objects.get()) == before


@pytest.mark.parametrize(
    "changes", [{"working_days": []}, {"working_days": [8]}, {"closes_at": time(9)}]
)
def test_the_database_refuses_it_too(changes):
    Installation.objects.update_or_create(pk=1, defaults={"name": "Demo"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.update(**changes)
