"""CS ops reads and sets the rules by which accounts get their scorecard."""

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from accounts.models import Installation, User
from health.models import AssignmentRule

LIST = reverse("admin:health_assignmentrule_changelist")
ADD = reverse("admin:health_assignmentrule_add")


@pytest.fixture
def ops(library, client):
    Installation.objects.update_or_create(pk=1, defaults={"currency": "EUR"})
    ola = User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")
    client.force_login(ola, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_rules_read_as_people_speak(ops, django_assert_max_num_queries):
    AssignmentRule.objects.create(position=90, scorecard_key="four_inputs", minimum_arr=25_000)
    AssignmentRule.objects.create(position=91, scorecard_key="gone")
    page = ops.get(LIST).content.decode()

    assert ">Four inputs</a>" in page
    assert "€25,000" in page
    assert '<td class="field-remark"></td>' in page  # nothing, not “Any”
    assert ">four_inputs<" not in page
    assert ">gone</a>" in page
    with django_assert_max_num_queries(8):
        ops.get(LIST)


def test_a_rule_names_a_scorecard_that_is_in_force(ops):
    form = {"position": 92, "scorecard_key": "four_inputs", "minimum_arr": "25000"}
    page = ops.get(ADD).content.decode()
    ops.post(ADD, form)
    refused = ops.post(ADD, form | {"position": 93, "scorecard_key": "four_input"})
    below = ops.post(ADD, form | {"position": 94, "minimum_arr": "-1"})
    huge = ops.post(ADD, form | {"position": 95, "minimum_arr": "9" * 30})

    assert '<option value="four_inputs">Four inputs</option>' in page
    assert AssignmentRule.objects.get(position=92).minimum_arr == 25_000
    assert "four_input is not one of the available choices" in refused.content.decode()
    assert "greater than or equal to 0" in below.content.decode()
    assert huge.status_code == 200
    assert not AssignmentRule.objects.filter(position__in=(93, 94, 95)).exists()


def page_of(rule, name):
    return reverse(f"admin:health_assignmentrule_{name}", args=[rule.pk])


def test_the_last_rule_without_a_condition_is_kept(ops):
    last = AssignmentRule.objects.catch_alls().get()
    everybody = list(AssignmentRule.objects.values_list("pk", flat=True))
    refused = ops.post(page_of(last, "delete"), {"post": "yes"})
    ticked = {"action": "delete_selected", "_selected_action": everybody, "post": "yes"}
    told = ops.post(LIST, ticked).content.decode()
    changed = ops.post(
        page_of(last, "change"),
        {"position": last.position, "scorecard_key": last.scorecard_key, "minimum_arr": "5"},
    ).content.decode()

    assert refused.status_code == 403
    assert "Add another rule without" in told
    assert "Add another rule without" in changed
    assert list(AssignmentRule.objects.values_list("pk", flat=True)) == everybody


def test_a_catch_all_goes_once_another_one_is_there(ops):
    last = AssignmentRule.objects.catch_alls().get()
    AssignmentRule.objects.create(position=90, scorecard_key="onboarding")
    ops.post(page_of(last, "delete"), {"post": "yes"})

    assert AssignmentRule.objects.catch_alls().get().position == 90


def test_the_database_keeps_the_last_catch_all_whoever_asks(library):
    with pytest.raises(InternalError, match="is kept"), transaction.atomic():
        AssignmentRule.objects.all().delete()
    with pytest.raises(InternalError, match="is kept"), transaction.atomic():
        AssignmentRule.objects.update(minimum_arr=5)
    AssignmentRule.objects.exclude(pk=AssignmentRule.objects.catch_alls().get().pk).delete()

    assert AssignmentRule.objects.catch_alls().count() == 1
