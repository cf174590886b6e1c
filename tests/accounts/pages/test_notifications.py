"""What is new: private to its owner, counted, read when they say so."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage, User
from accounts.work.notices import in_app, post, unread_count
from playbooks import actions
from tests.page_house import NOW, sign_in

HTMX = {"HX-Request": "true"}


def tell(user: User, number: int) -> OutboxMessage:
    message = in_app(
        key=f"task:{number}",
        user_id=user.pk,
        subject=f"News {number}",
        body="",
        link="/tasks/",
        now=NOW,
    )
    post([message])
    OutboxMessage.objects.update(state="sent", sent_at=NOW)
    return OutboxMessage.objects.get(key=message.key)


def page(client, **query) -> str:
    return client.get(reverse("notifications"), query).content.decode()


def test_mine_are_shown_newest_first_and_those_of_others_never(client, house, csm):
    tell(csm, 1)
    tell(csm, 2)
    tell(house.people["ops"], 3)
    html = page(client)
    assert html.index("News 2") < html.index("News 1")
    assert "News 3" not in html
    sign_in(client, house.people["ops"])  # who may see every account
    assert "News 1" not in page(client)


def test_nothing_yet_says_what_will_come(client, csm):
    assert "when somebody gives you a task" in page(client)
    assert "Mark all as read" not in page(client)


def test_the_count_stands_in_the_top_line_and_stops_at_nine(client, csm):
    for number in range(3):
        tell(csm, number)
    assert "3</span><span" in client.get(reverse("tasks")).content.decode()
    for number in range(3, 14):
        tell(csm, number)
    html = client.get(reverse("tasks")).content.decode()
    assert "9+" in html
    assert "more than 9 unread" in html


def test_one_is_read_and_the_others_stay_new(client, csm):
    first, _ = tell(csm, 1), tell(csm, 2)
    answer = client.post(reverse("notifications_read"), {"id": first.pk}, headers=HTMX)
    assert 'id="unread"' in answer.content.decode()
    first.refresh_from_db()
    assert first.read_at is not None
    assert unread_count(csm) == 1


def test_all_are_read_at_once_and_nobody_elses(client, house, csm):
    theirs = house.people["manager"]
    for number in range(3):
        tell(csm, number)
        tell(theirs, number)
    assert client.post(reverse("notifications_read")).headers["Location"] == "/notifications/"
    assert (unread_count(csm), unread_count(theirs)) == (0, 3)


@pytest.mark.parametrize("chosen", ["x", "-1", "9" * 40])
def test_what_is_no_number_marks_nothing(client, csm, chosen):
    tell(csm, 1)
    assert client.post(reverse("notifications_read"), {"id": chosen}).status_code == 302
    assert unread_count(csm) == 1


def test_somebody_elses_is_not_marked_by_its_number(client, house, csm):
    theirs = tell(house.people["manager"], 1)
    client.post(reverse("notifications_read"), {"id": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_the_menu_shows_the_latest_few(client, csm):
    for number in range(20):
        tell(csm, number)
    html = client.get(reverse("notifications"), headers=HTMX).content.decode()
    assert "<!doctype" not in html
    assert html.count("data-row ") + html.count("data-row>") == 8


def test_the_list_has_pages(client, csm):
    for number in range(60):
        tell(csm, number)
    assert page(client).count("<li class") == 50
    assert "News 9" in page(client, page=2)
    assert "News 59" not in page(client, page=2)


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_asks_a_fixed_number_of_questions(client, csm, rows, django_assert_num_queries):
    for number in range(rows):
        tell(csm, number)
    with django_assert_num_queries(5):  # session, person, installation, the list, the count
        client.get(reverse("notifications"))


def test_whoever_is_given_a_task_by_somebody_else_is_told_once(house):
    csm, manager = house.people["csm"], house.people["manager"]
    given = actions.add_task(
        account=house.accounts["own"],
        title="Call the buyer",
        owner=csm,
        due_at=NOW.replace(year=2026),
        by=manager,
        now=NOW,
    )
    actions.reassign_task(
        task_id=given.pk, owner=manager, by=manager, now=NOW
    )  # their own act: no news
    messages = OutboxMessage.objects.filter(channel="in_app")
    assert [(m.user, m.link) for m in messages] == [(csm, f"/tasks/{given.pk}/")]
    assert messages[0].body == f"{manager.name} gave you this task."


def test_a_person_without_a_role_has_no_bell(client, house):
    sign_in(client, house.people["no_role"])
    html = client.get("/").content.decode()
    assert "What is new" not in html
