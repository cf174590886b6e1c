"""A CSM says how they see an account on its page: a grade, and why if they like."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import CsmSentiment, DirtyAccount
from tests.page_house import NOW, open_tab, sign_in

pytestmark = pytest.mark.django_db


def say(client, account, **typed):
    address = reverse("account_csm_sentiment", args=[account.external_id])
    return client.post(address, typed, follow=True)


def text_of(answer):
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(words.split())


def test_what_is_said_is_kept_with_who_and_when_and_judges_the_account_again(client, csm, account):
    assert "Nobody has said how they see this account" in text_of(
        open_tab(client, "account", account)
    )
    DirtyAccount.objects.all().delete()
    answer = say(client, account, value="2", reason=" Nobody answers any more. ")
    row = CsmSentiment.objects.get()
    assert (row.account, row.value, row.reason) == (account, 2, "Nobody answers any more.")
    assert (row.said_by, row.said_at, row.learned_at, row.source_id) == (csm, NOW, NOW, "direct")
    assert list(DirtyAccount.objects.values_list("account", flat=True)) == [account.pk]
    html = text_of(answer)
    assert f"Kept: you see {account.name} as weak." in html
    assert "CSM sentiment Weak" in html
    assert html.count("Nobody answers any more.") == 2  # beside the grade, and under Latest


def test_the_latest_counts_and_all_of_them_stand_on_the_timeline(client, csm, account):
    for number, (value, days) in enumerate(((5, 40), (3, 2), (1, 90))):
        CsmSentiment.objects.create(
            account=account, external_id=f"s{number}", value=value,
            said_at=NOW - timedelta(days=days), said_by=csm,
        )  # fmt: skip
    assert "CSM sentiment Neutral" in text_of(open_tab(client, "account", account))
    html = text_of(open_tab(client, "account_timeline", account))
    found = re.findall(r"CSM sentiment: (neutral|strong|at risk)", html)
    assert found == ["neutral", "strong", "at risk"]
    assert f"Health, by {csm.name}" in html


@pytest.mark.parametrize("typed", [{}, {"value": "6"}, {"value": "good"}, {"value": "1" * 400}])
def test_what_is_no_grade_is_not_kept(client, csm, account, typed):
    answer = say(client, account, **typed)
    assert answer.status_code == 200
    assert "choose a grade from 1 to 5" in text_of(answer)
    assert not CsmSentiment.objects.exists()


def test_a_reason_that_is_too_long_is_not_cut_in_silence(client, csm, account):
    assert "up to 300 letters" in text_of(say(client, account, value="4", reason="x" * 301))
    assert not CsmSentiment.objects.exists()


def test_who_may_not_change_the_account_reads_and_does_not_say(client, csm, account, house):
    say(client, account, value="4", reason="They like us.")
    sign_in(client, house.people["executive"])
    html = open_tab(client, "account", account).content.decode()
    assert "They like us." in html
    assert "csm-sentiment/" not in html
    assert say(client, account, value="1").status_code == 403
    assert CsmSentiment.objects.count() == 1


def test_the_form_is_not_sent_by_return_and_each_grade_has_its_key(client, csm, account):
    html = open_tab(client, "account", account).content.decode()
    form = html[html.index("csm-sentiment/") :]
    form = form[: form.index("</form>")]
    buttons = re.findall(r"<button[^>]*>", form)
    assert "disabled" in buttons[0]
    keys = [(m[0], m[1]) for m in re.findall(r'value="(\d)" data-page-key="(\d)"', form)]
    assert keys == [(key, key) for key in "54321"]
