"""The admin says a playbook in words, and leads to the pages on which it is built."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from accounts import clock
from playbooks.models import Playbook
from playbooks.publishing import copy_to_draft
from tests.playbooks.conftest import NOW


@pytest.fixture
def ops(house, client):
    client.force_login(house.people["otto"])
    return client


def page_of(ops, playbook):
    page = ops.get(reverse("admin:playbooks_playbook_change", args=[playbook.pk]))
    return html.unescape(page.content.decode())


def test_a_published_version_is_read_in_words(house, ops):
    page = page_of(ops, Playbook.objects.get(key="at_risk"))

    assert "Cancellation notice comes in. Only people end the play." in page
    assert "Manager gets “Take over the contact”" in page
    assert "All accounts." in page
    assert "score_below" not in page
    assert "recovered_when" not in page


def test_a_draft_that_is_not_complete_says_so(house, ops):
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    assert "The score falls below 40." in page_of(ops, draft)
    draft.steps.all().delete()
    assert "Not readable yet" in page_of(ops, draft)


def test_the_list_says_until_when_a_playbook_wants_a_review(house, ops):
    listing = reverse("admin:playbooks_playbook_changelist")
    Playbook.objects.filter(key="at_risk").update(reviewed_on=date(2020, 1, 31))
    Playbook.objects.exclude(key="at_risk").update(reviewed_on=clock.today())
    copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    said = re.findall('field-review">([^<]*)<', ops.get(listing).content.decode())

    assert sum(text.startswith("Overdue since ") for text in said) == 1
    assert sum(text.startswith("By ") for text in said) == len(said) - 2
    assert said.count("-") == 1
