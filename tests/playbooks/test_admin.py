"""The admin says a playbook in words, and hands an example to whoever writes a new one."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Function
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


def test_a_draft_says_its_json_in_words_above_it(house, ops):
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    page = page_of(ops, draft)

    assert page.index("The score falls below 40.") < page.index('name="triggers"')
    assert page.index("gets “Take over the contact”") < page.index('name="escalations"')
    draft.steps.all().delete()
    assert "Not readable yet" in page_of(ops, draft)


def test_a_new_playbook_begins_with_an_example_that_fits(house, ops):
    add = reverse("admin:playbooks_playbook_add")
    example = ops.get(add).context["adminform"].form["text"].value()
    ops.post(add, {"text": example})

    made = Playbook.objects.get(key="quiet_champion")
    assert (made.state, made.steps.count()) == ("draft", 2)


def test_the_list_says_until_when_a_playbook_wants_a_review(house, ops):
    listing = reverse("admin:playbooks_playbook_changelist")
    Playbook.objects.filter(key="at_risk").update(reviewed_on=date(2020, 1, 31))
    Playbook.objects.exclude(key="at_risk").update(reviewed_on=clock.today())
    copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)
    said = re.findall('field-review">([^<]*)<', ops.get(listing).content.decode())

    assert sum(text.startswith("Overdue since ") for text in said) == 1
    assert sum(text.startswith("By ") for text in said) == len(said) - 2
    assert said.count("-") == 1


def test_a_step_of_a_draft_offers_the_functions_that_an_admin_added(house, ops):
    Function.objects.create(key="qa_lead", name="QA lead")
    draft = copy_to_draft(playbook=Playbook.objects.get(key="at_risk"), now=NOW)

    page = page_of(ops, draft)

    assert page.count('<option value="qa_lead">QA lead</option>') > draft.steps.count()
