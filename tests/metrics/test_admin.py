"""CS ops sets targets; what makes no sense is refused in words."""

from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from metrics.models import RenewalChance, RetentionTarget

ADD = "/admin/metrics/retentiontarget/add/"


def test_ops_sets_a_target(client, people):
    client.force_login(people["otto"])
    answer = client.post(ADD, {"rate": "nrr", "segment": "strategic", "low": "120", "high": "135"})
    assert answer.status_code == 302
    target = RetentionTarget.objects.get(rate="nrr", segment="strategic")
    assert (target.low, target.high) == (Decimal("1.2"), Decimal("1.35"))
    listed = client.get("/admin/metrics/retentiontarget/").content.decode()
    assert "120.0%" in listed
    assert "Net revenue retention (NRR)" in listed
    form = client.get(reverse("admin:metrics_retentiontarget_change", args=[target.pk]))
    page = form.content.decode()
    assert 'value="120"' in page
    assert "From, %" in page


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        ("120", "110", "“To” is below “From”."),
        ("0", "100", "A target is above 0 %."),
        ("", "100", "This field is required."),
        ("1000", "1200", "no more than 3 digits before the decimal point"),
        ("NaN", "100", "Enter a number."),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(client, people, low, high, says):
    client.force_login(people["otto"])
    answer = client.post(ADD, {"rate": "nrr", "segment": "strategic", "low": low, "high": high})
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert not RetentionTarget.objects.filter(segment="strategic").exists()


def test_a_second_target_for_the_same_segment_is_refused(client, people):
    client.force_login(people["otto"])
    answer = client.post(ADD, {"rate": "nrr", "segment": "smb", "low": "100", "high": "110"})
    assert answer.status_code == 200
    assert RetentionTarget.objects.filter(rate="nrr", segment="smb").count() == 1


def test_others_do_not_set_targets(client, people):
    client.force_login(people["eva"])
    assert client.get(ADD, follow=True).status_code == 403


def test_chances_are_edited_and_always_cover_every_renewal(client, people):
    client.force_login(people["otto"])
    lowest = RenewalChance.objects.get(lower=0)
    page = reverse("admin:metrics_renewalchance_change", args=[lowest.pk])
    assert client.post(page, {"chance": "12"}).status_code == 302
    lowest.refresh_from_db()
    assert (lowest.lower, lowest.chance) == (0, Decimal("0.12"))
    refused = client.post(page, {"chance": "112"}).content.decode()
    assert "A probability is between 0 and 100 %." in refused
    gone = reverse("admin:metrics_renewalchance_delete", args=[lowest.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 403
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        RenewalChance.objects.filter(lower=None).delete()
    middle = RenewalChance.objects.get(lower=40)
    gone = reverse("admin:metrics_renewalchance_delete", args=[middle.pk])
    assert client.post(gone, {"post": "yes"}).status_code == 302
    assert not RenewalChance.objects.filter(lower=40).exists()
