"""What was typed when the session had run out: kept for the same person, saved when they say so."""

import re
from datetime import timedelta
from html import unescape

import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Holiday
from accounts.pages.sign_in.unsaved import MOST_BYTES, MOST_FORMS
from playbooks.models import Task
from tests.accounts.pages.test_signed_out import (
    HERE,
    PAGE,
    PART,
    expire,
    expired,
    house,
    sign_in,
    task,
)

__all__ = ["expired", "house", "task"]  # fixtures
NOTE = "They <b>bought</b> & stay"


def complete(client, task, note=NOTE, **headers):
    headers = headers or PAGE | {"Referer": f"{HERE}/today/"}
    form = {"outcome": "reached", "note": note, "csrfmiddlewaretoken": "abc"}
    return client.post(reverse("task_complete", args=[task.pk]), form, headers=headers)


def offered(client):
    return client.get(reverse("unsaved")).content.decode()


def form_of(page):
    """Address and fields of the first form that saves."""
    form = re.search(r'<form[^>]* action="([^"]+)" id="save-(.*?)</form>', page, re.S)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
    return unescape(form[1]), {name: unescape(value) for name, value in fields}


def test_the_log_in_says_that_it_is_kept_and_nothing_of_what(expired, task):
    complete(expired, task)
    for page in (
        expired.get(reverse("login")).content.decode(),
        expired.post(
            reverse("login"), {"login": "csm@demo.example", "password": "no"}
        ).content.decode(),
    ):
        assert "You were signed out before what you typed was saved. It is kept" in page
        assert "bought" not in page
        assert task.title not in page


def test_after_the_log_in_it_is_offered_and_saved_by_one_button(expired, task):
    complete(expired, task)
    assert sign_in(expired).headers["Location"] == reverse("unsaved")
    page = offered(expired)
    assert "They &lt;b&gt;bought&lt;/b&gt; &amp; stay" in page
    assert task.title in page
    assert Task.objects.get(pk=task.pk).state == "open"

    address, fields = form_of(page)
    saved = expired.post(address, fields, follow=True)
    done = Task.objects.get(pk=task.pk)
    assert (done.state, done.note) == ("done", NOTE)
    assert saved.redirect_chain[-1][0] == "/today/"
    assert "bought" not in offered(expired)


def test_a_part_is_kept_as_well(expired, task):
    complete(expired, task, **PART, **{"HX-Current-URL": f"{HERE}/today/"})
    sign_in(expired)
    assert form_of(offered(expired))[1]["note"] == NOTE


def test_lines_stay_lines(expired, task):
    complete(expired, task, note="\none\r\ntwo ")
    sign_in(expired)
    assert form_of(offered(expired))[1]["note"] == "\none\r\ntwo "


def test_it_is_thrown_away_by_another(expired, task):
    complete(expired, task)
    sign_in(expired)
    kept = form_of(offered(expired))[1]["unsaved"]
    gone = expired.post(reverse("unsaved"), {"unsaved": kept})
    assert gone.headers["Location"] == "/today/"
    assert "Nothing is waiting" in offered(expired)
    assert Task.objects.get(pk=task.pk).state == "open"


def test_nobody_else_ever_sees_it(expired, task):
    complete(expired, task)
    assert sign_in(expired, "ops").headers["Location"] == "/"
    assert "bought" not in offered(expired)
    assert "bought" not in str(dict(expired.session))
    expired.post(reverse("logout"))
    sign_in(expired)
    assert "bought" not in offered(expired)


def test_nothing_is_kept_of_who_is_not_known(house, task):
    stranger = Client()
    complete(stranger, task)
    assert not Session.objects.exists()
    assert "your last step was not done" in stranger.get(reverse("login")).content.decode()


def test_refused_after_the_log_in_it_stays(expired, task):
    complete(expired, task)
    sign_in(expired)
    address, fields = form_of(offered(expired))
    task.owner = None
    task.save()
    task.account.owner = None
    task.account.save()
    assert expired.post(address, fields).status_code == 404
    assert "bought" in offered(expired)


def test_signed_out_once_more_it_is_kept_once(expired, task):
    complete(expired, task)
    sign_in(expired)
    address, fields = form_of(offered(expired))
    expire()
    expired.post(address, fields, headers=PAGE | {"Referer": f"{HERE}/unsaved/"})
    sign_in(expired)
    assert offered(expired).count('id="save-') == 1


def test_no_password_and_no_token_is_kept(client, house):
    sign_in(client, "ops")
    expire()
    form = {"name": "Nia", "confirm_password": "hush-1", "csrfmiddlewaretoken": "hush-2"}
    client.post(reverse("admin:accounts_user_add"), form, headers=PAGE)
    form = {"oldpassword": "hush-3", "password1": "hush-4", "password2": "hush-4"}
    client.post(reverse("account_change_password"), form, headers=PAGE)
    sign_in(client, "ops")
    page = offered(client)
    assert "Nia" in page
    assert "hush" not in page
    assert "hush" not in str(dict(client.session))


def test_no_file_is_kept(client, house):
    sign_in(client, "ops")
    expire()
    form = {"fixes": "7", "file": SimpleUploadedFile("a.csv", b"hush")}
    client.post(reverse("imports_upload"), form, headers=PAGE)
    assert "your last step was not done" in client.get(reverse("login")).content.decode()
    assert sign_in(client, "ops").headers["Location"] == "/"


def test_what_is_too_long_is_not_kept_and_that_is_said(expired, task):
    complete(expired, task, note="é" * (MOST_BYTES // 2))
    assert "your last step was not done" in expired.get(reverse("login")).content.decode()
    assert sign_in(expired).headers["Location"] == "/"


def test_the_latest_few_forms_are_kept_each_once(expired, task):
    skip = reverse("task_skip", args=[1])
    for reason in ("first", "first", "second"):
        expired.post(skip, {"reason": reason}, headers=PAGE)
    assert len(expired.session["unsaved"]) == 2
    for number in range(3, MOST_FORMS + 1):
        expired.post(skip, {"reason": f"reason {number}"}, headers=PAGE)
    assert len(expired.session["unsaved"]) == MOST_FORMS
    complete(expired, task)
    sign_in(expired)
    page = offered(expired)
    assert page.count('id="save-') == MOST_FORMS
    assert "first" not in page
    assert "second" in page
    assert "bought" in page


def test_it_is_kept_for_as_long_as_a_session(expired, task):
    complete(expired, task)
    sign_in(expired)
    with time_machine.travel(timedelta(hours=11)):
        assert "bought" in offered(expired)
    session = Session.objects.get()
    session.expire_date += timedelta(days=1)
    session.save()
    with time_machine.travel(timedelta(hours=13)):
        assert "Nothing is waiting" in offered(expired)


def test_a_form_of_the_admin_is_saved_afterwards(client, house):
    sign_in(client, "ops")
    expire()
    address = reverse("admin:accounts_holiday_add")
    form = {"day": "2025-12-25", "name": "Christmas", "_save": "Save"}
    client.post(address, form, headers=PAGE | {"Referer": f"{HERE}{address}"})
    sign_in(client, "ops")
    address, fields = form_of(offered(client))
    assert client.post(address, fields).status_code == 302
    assert Holiday.objects.get().name == "Christmas"
