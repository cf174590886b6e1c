"""An answer that is changed until its link expires keeps who changed it, when, and what it was."""

from datetime import timedelta

import pghistory
import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditContext, User
from surveys.actions.answers import GivenAnswer, record_answer
from surveys.models import FollowUp, Response
from surveys.queries.answer_changes import SHOWN, changes_of_answer, changes_of_answers
from tests.surveys.answers import account_with_person, answer
from tests.surveys.invitations import asked, link_of

pytestmark = pytest.mark.django_db


def record(invitation, value, comment="", *, later=0):
    now = clock.now() + timedelta(hours=later)
    given = GivenAnswer(value, comment)
    return record_answer(invitation=invitation, given=given, language="en", now=now), now


def test_each_change_says_what_was_until_then():
    invitation = asked()
    first, _ = record(invitation, 2, "Slow")
    assert changes_of_answer(first) == []
    record(invitation, 2, "Slow", later=1)
    _, second_at = record(invitation, 9, "Fast", later=2)
    given, third_at = record(invitation, 9, "Very fast", later=3)
    assert [(c.at, c.value, c.standing, c.is_other_value) for c in changes_of_answer(given)] == [
        (third_at, 9, 1, False), (second_at, 2, -1, True),
    ]  # fmt: skip


def test_one_of_us_who_corrects_it_is_named_and_the_rest_is_theirs():
    _, contact = account_with_person()
    otto = User.objects.create_user("otto@demo.example", name="Otto", role="ops")
    given, other = answer(contact, 2, standing=-1), answer(contact, 9, standing=1)
    Response.objects.filter(pk=given.pk).update(value=3)
    with pghistory.context(user=otto.pk):
        Response.objects.filter(pk=given.pk).update(value=4)
    given.refresh_from_db()
    changes = changes_of_answers([given, other])
    assert [(c.value, c.by) for c in changes[given.pk]] == [(3, "Otto"), (2, None)]
    assert changes[other.pk] == []


def test_what_nobody_answered_leaves_no_trail_and_many_changes_do_not_make_a_page_long(
    django_assert_num_queries,
):
    invitation = asked()
    for value in range(SHOWN + 5):
        given, _ = record(invitation, value % 10)
    Response.objects.update(completed_at=clock.now(), sentiment=0.5)
    with django_assert_num_queries(1):
        assert len(changes_of_answer(given)) == SHOWN


def test_the_trail_keeps_neither_the_link_nor_words(client):
    invitation = asked()
    link = link_of(invitation)
    for score, comment in (("2", "Slow"), ("8", "Very private")):
        assert client.post(link, {"score": score, "comment": comment}).status_code == 302
    contexts = AuditContext.objects.filter(
        pk__in=Response.objects.get().audit.values("pgh_context")
    )
    assert [found.metadata["url"] for found in contexts] == [reverse("survey_answer", args=["-"])]
    everything = str(list(AuditContext.objects.values_list("metadata")))
    assert link.split("/")[2] not in everything
    assert "private" not in str(list(Response.objects.get().audit.values()))


def test_the_account_and_the_follow_up_show_it(client):
    invitation = asked()
    record(invitation, 2)
    record(invitation, 3, later=1)
    ops = User.objects.create_user("ops@demo.example", name="Otto", role="ops")
    client.force_login(ops)
    case = FollowUp.objects.get()
    for address in (
        reverse("account_surveys", args=[invitation.account.external_id]),
        reverse("follow_up", args=[case.pk]),
    ):
        page = client.get(address).content.decode()
        assert "Changed once" in page
        assert "2 of 10 until" in page
