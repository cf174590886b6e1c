"""One answer an invitation, whoever sends it how often, and nothing by a link that is closed."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection

from accounts import clock
from surveys.actions.answers import GivenAnswer, LinkClosedError, record_answer
from surveys.invitation_links import new_nonce
from surveys.models import FollowUp, Invitation, Response
from tests.surveys.engine.house import survey
from tests.surveys.invitations import asked


def record(invitation, value, **fields):
    given = GivenAnswer(value, **fields)
    return record_answer(invitation=invitation, given=given, language="de-AT", now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_make_one_answer():
    invitation = asked()
    start = Barrier(2)
    errors = []

    def send(value):
        try:
            start.wait()
            record(invitation, value, comment=f"{value} of ten")
        except (DatabaseError, ValueError) as error:
            errors.append(error)
        finally:
            connection.close()

    senders = [Thread(target=send, args=(value,)) for value in (2, 3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert errors == []
    found = Response.objects.get()
    assert found.comment == f"{found.value} of ten"
    assert found.changed_at is not None
    assert FollowUp.objects.count() == 1
    assert Invitation.objects.get().state == "answered"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "scale", "is_reversed", "value", "standing"),
    [
        ("nps", (0, 10), False, 9, 1),
        ("nps", (0, 10), False, 7, 0),
        ("nps", (0, 10), False, 6, -1),
        ("csat", (1, 7), False, 6, 1),
        ("csat", (1, 5), False, 3, 0),
        ("ces", (1, 7), False, 2, -1),
        ("ces", (1, 7), True, 2, 1),
    ],
)
def test_the_standing_is_that_of_the_scale(kind, scale, is_reversed, value, standing):
    lowest, highest = scale
    fields = {"lowest": lowest, "highest": highest, "is_reversed": is_reversed}
    about = survey("x", "on_request", kind=kind, **fields)
    found = record(asked(about=about), value)
    assert (found.value, found.standing) == (value, standing)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [None, 11, -1])
def test_what_is_not_on_the_scale_stores_nothing(value):
    with pytest.raises(ValueError, match=r"score|not from"):
        record(asked(), value)
    assert not Response.objects.exists()
    assert Invitation.objects.get().state == "sent"


@pytest.mark.django_db
def test_the_words_are_read_in_the_language_of_the_page():
    found = record(asked(), 2, comment="Der Export funktioniert leider nicht")
    assert (found.sentiment or 0) < 0
    assert found.language == "de-AT"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "since",
    [
        {"state": "revoked"},
        {"nonce": new_nonce()},
        {"contact": None},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_was_closed_since_the_page_was_read_takes_no_answer(since):
    invitation = asked()
    Invitation.objects.filter(pk=invitation.pk).update(**since)
    with pytest.raises(LinkClosedError):
        record(invitation, 7)
    assert not Response.objects.exists()
