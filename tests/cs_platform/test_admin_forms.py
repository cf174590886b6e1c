"""Whatever is sent to an add form of the admin, it comes back, is refused or saved: never a 500."""

import logging

import pytest
from django import forms
from django.contrib.admin import site
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from accounts.models.size import SegmentDefinition
from tests.fresh_sign_in import sign_in_freshly
from tests.nasty import NASTY_BODIES, NASTY_DATES, NASTY_NAMES

FINE = {200, 302, 400, 403}
# One of each kind that a field may stumble over: sent in every field at once, and in each alone
# beside others that are valid, so that what a form lets through reaches the database.
KINDS = {
    "no number": "abc",
    "no such row": str(2**31 - 2),
    "beyond 64 bits": "9" * 30,
    "below zero": "-1",
    "full-width digits": "１２",
    "no finite number": "NaN",
    "500 letters": "a" * 500,
    "last day": "9999-12-31",
    "broken JSON": '{"a": [',
    "JSON": '{"a": {"b": null}}',
    "blank": " \t ",
}
# Sent in every field at once only: the middleware or the parser of one field stumbles over them.
MORE = (
    *(value for value in NASTY_NAMES.values() if "\ud800" not in value),
    *NASTY_DATES[::5],
    *(NASTY_BODIES[kind].decode() for kind in ("NaN", "5,000 digits", "very deep")),
)
ADDED = [model for model in site._registry if model._meta.app_label not in ("auth", "account")]


@pytest.fixture
def ops(db):
    """A person with a team, so that there is a row to choose."""
    logging.disable(logging.CRITICAL)
    Team.objects.create(name="North")
    client = Client(raise_request_exception=False)
    user = User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")
    sign_in_freshly(client, user)
    yield client
    logging.disable(logging.NOTSET)


def address_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def valid(field):
    """Something that the field takes."""
    if isinstance(field, forms.ModelChoiceField):
        return [row.pk for row in field.queryset[:1]]
    if isinstance(field, forms.ChoiceField):
        return [key for key, _word in field.choices if key][:1]
    for kind, value in (
        (forms.IntegerField, "1"),
        (forms.DecimalField, "1"),
        (forms.DateField, "2025-03-01"),
        (forms.JSONField, "{}"),
        (forms.EmailField, "nia@example.test"),
        (forms.BooleanField, "on"),
    ):
        if isinstance(field, kind):
            return value
    return field.initial if isinstance(field.initial, str) else "EUR"


def answers(client, address, bodies):
    """What each of them got that it should not, undone each time."""
    wrong = []
    for named, body in bodies:
        with transaction.atomic():
            status = client.post(address, body).status_code
            if status not in FINE:
                wrong.append((status, named, body))
            transaction.set_rollback(True)
    return wrong


def bodies(fields):
    good = {name: valid(field) for name, field in fields.items()}
    yield "nothing", {}
    yield "valid", good
    for value in (*KINDS.values(), *MORE):
        yield "everywhere", dict.fromkeys(fields, value)
    for kind, value in KINDS.items():
        for name in fields:
            yield f"{kind} in {name}", {**good, name: value}
    for name in fields:
        yield f"two in {name}", {**good, name: ["abc", "1"]}


@pytest.mark.parametrize("model", ADDED, ids=lambda model: model._meta.label_lower)
def test_an_add_form_never_fails(ops, model):
    address = address_of(model)
    page = ops.get(address)
    if page.status_code == 403:
        assert answers(ops, address, [("nothing", {})]) == []
        return
    fields = page.context["adminform"].form.fields
    assert answers(ops, address, bodies(fields)) == []
    for value in KINDS.values():
        query = dict.fromkeys(fields, value)
        assert ops.get(address, query).status_code in FINE, query


@pytest.mark.parametrize("total", [None, "abc", "-1", "１２", "9" * 30])
def test_a_form_with_rows_below_it_never_fails_without_their_count(ops, total):
    segment = SegmentDefinition.objects.create(key="rows")
    address = reverse("admin:accounts_segmentdefinition_change", args=[segment.pk])
    [rows] = ops.get(address).context["inline_admin_formsets"]
    prefix = rows.formset.prefix
    counts = {} if total is None else {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-0-id": total}

    assert answers(ops, address, [("rows", {**counts, "name": "Rows"})]) == []
