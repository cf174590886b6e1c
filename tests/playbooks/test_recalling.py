"""What tests stand on is what the product installs, whichever test comes first."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection

from health.models import Component, Publication, Scorecard
from health.publishing import copy_to_draft, publish
from playbooks.models import Playbook, PlaybookStep
from playbooks.publishing import install_library
from tests.cards import install_cards, install_playbooks
from tests.playbooks.conftest import NOW
from tests.undone import undone

THEN = NOW - timedelta(days=777)
TABLES = [
    model._meta.db_table for model in (Scorecard, Component, Publication, Playbook, PlaybookStep)
]


def rows():
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t ORDER BY to_jsonb(t)::text")
            found[table] = cursor.fetchall()
    return found


def install():
    install_cards(now=THEN)
    install_playbooks(now=THEN)
    return rows()


@pytest.mark.django_db
def test_the_second_time_the_same_rows_come_back(django_assert_max_num_queries):
    with undone():
        first = install()
    assert not any(rows().values())
    with django_assert_max_num_queries(20):
        assert install() == first
    assert install_library(now=NOW) == 0


@pytest.mark.django_db
def test_what_came_back_is_as_well_kept_as_what_was_installed():
    with undone():
        install()
    install()
    card = Scorecard.objects.get(key="four_inputs")
    draft = copy_to_draft(scorecard=card, now=NOW)
    publish(scorecard=draft, user=None, reason="Again.", now=NOW)
    assert draft.version == card.version + 1
    with pytest.raises(InternalError, match="never changes"):
        Playbook.objects.filter(key="at_risk").update(name="Otherwise")
