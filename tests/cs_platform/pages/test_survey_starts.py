"""The draft of a survey says which playbooks in force its answers start."""

import pytest
from django.urls import reverse

from playbooks.library.catalogue import BY_KEY
from playbooks.models import Playbook
from playbooks.publishing import install
from surveys.models import Survey
from surveys.publishing import install_surveys
from tests.page_house import NOW, sign_in


@pytest.mark.django_db
def test_playbooks_stand_beside_the_answers_that_start_them(client, house):
    install_surveys(now=NOW)
    for key in ("checkpoint_onboarding", "detractor"):
        install(entry=BY_KEY[key], by=None, now=NOW)
    sign_in(client, house.people["ops"])
    onboarding = Playbook.objects.get(key="checkpoint_onboarding")

    def started(key):
        page = client.get(reverse("survey_version", args=[Survey.objects.get(key=key).pk]))
        return {
            each.answers: [tuple(playbook) for playbook in each.playbooks]
            for each in page.context["starts"]
        }

    address = reverse("playbook", args=[onboarding.pk])
    assert started("onboarding_csat") == {
        "A low answer, 1 to 2": [(onboarding.name, address)],
        "A high answer, 4 to 5": [],
        "Any answer": [],
    }
    assert [len(each) for each in started("nps").values()] == [1, 0, 0]
    assert not any(started("ticket_csat").values())
