"""Filters under a name, and those that are shared: who may, who sees whom, and what keeps them."""

import pytest
from django.urls import reverse

from accounts.models import Account, AudienceMember, SavedView
from playbooks.models import Playbook
from playbooks.publishing import import_playbook, publish
from tests.page_house import DAY, NOW, sign_in
from tests.playbooks.test_moment_signals import TEXT


@pytest.fixture
def ops(client, house):
    sign_in(client, house.people["ops"])
    return client


def keep(client, name, filters="segment=smb", **more):
    return client.post(
        reverse("saved_view_new"), {"name": name, "filters": filters} | more, follow=True
    )


def own(client):
    return [
        (view.name, words) for view, words, _ in client.get(reverse("saved_views")).context["own"]
    ]


def shared(house, name, **filters):
    return SavedView.objects.create(
        name=name,
        key=name.lower().replace(" ", "_"),
        filters=filters,
        owner=house.people["ops"],
        created_at=NOW,
        counted_at=NOW,
        shared_on=DAY,
    )


def test_filters_are_kept_under_a_name_and_opened_by_it(client, house):
    sign_in(client, house.people["csm"])
    answer = keep(client, "Soon", "renewal=30&band=watch&sort=name&q=&page=3&nonsense=1")
    assert answer.redirect_chain[-1][0] == "/portfolio/?band=watch&renewal=30&sort=name"
    assert own(client) == [("Soon", "Watch, renewal in 30 days")]
    sign_in(client, house.people["manager"])
    assert own(client) == []


def test_a_name_is_one_persons_once_and_a_view_is_deleted_by_its_owner(client, house):
    sign_in(client, house.people["csm"])
    keep(client, "Soon")
    assert "You have a view of that name" in keep(client, "Soon").text
    view = SavedView.objects.get()
    sign_in(client, house.people["manager"])
    keep(client, "Soon")
    client.post(reverse("saved_view_delete"), {"view": view.pk})
    assert SavedView.objects.count() == 2
    sign_in(client, house.people["csm"])
    for given in ("nothing", str(2**70), str(view.pk)):
        client.post(reverse("saved_view_delete"), {"view": given})
    assert [each.owner.name for each in SavedView.objects.all()] == ["manager"]


def test_only_cs_ops_share_a_view(client, house):
    sign_in(client, house.people["manager"])
    keep(client, "Small ones", is_shared="on")
    assert SavedView.objects.get().key is None


def test_a_shared_view_has_its_members_at_once(ops, house):
    Account.objects.filter(external_id="acc-own").update(segment="smb")
    page = keep(ops, "Small ones", "segment=smb&scope=all&sort=name", is_shared="on")
    assert page.context["audience"].filters == {"segment": "smb"}
    assert page.context["audience"].key == "small_ones"
    assert [row[0] for row in page.context["rows"]] == ["acc-own"]


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ("scope=mine&segment=smb", "another set for everybody"),
        ("scope=all", "It holds every account"),
        ("scope=all&q=%00&segment=none", "It holds every account"),
    ],
)
def test_what_no_audience_can_be_is_refused_with_the_reason(ops, filters, says):
    assert says in keep(ops, "Small ones", filters, is_shared="on").text
    assert not SavedView.objects.exists()


def test_the_name_of_an_audience_is_never_given_twice(ops, house):
    keep(ops, "Small ones", is_shared="on")
    SavedView.objects.update(retired_at=NOW)
    assert "is there, or was" in keep(ops, "small-ONES", is_shared="on").text


def test_each_sees_the_members_they_may_see(client, house):
    view = SavedView.objects.create(
        name="All", key="all", owner=house.people["ops"], created_at=NOW, counted_at=NOW,
        shared_on=DAY,
    )  # fmt: skip
    AudienceMember.objects.bulk_create(
        AudienceMember(audience=view, account=each, since=DAY) for each in house.accounts.values()
    )
    counts = {}
    for actor in ("csm", "manager", "executive"):
        sign_in(client, house.people[actor])
        rows = client.get(reverse("audience", args=[view.pk])).context["rows"]
        listed = client.get(reverse("saved_views")).context["audiences"]
        counts[actor] = (len(rows), listed[0][2])
    assert counts == {"csm": (2, 2), "manager": (2, 2), "executive": (3, 3)}


def test_looking_again_says_who_came_and_left_and_the_page_who_left(ops, house):
    Account.objects.filter(external_id="acc-own").update(segment="smb")
    keep(ops, "Small ones", is_shared="on")
    view = SavedView.objects.get()
    Account.objects.filter(external_id="acc-own").update(segment="enterprise")
    said = ops.post(reverse("audience_look", args=[view.pk]), follow=True)
    assert "0 came and 1 left." in said.text
    left = ops.get(reverse("audience", args=[view.pk]), {"view": "left"})
    assert [(row[0], row[5]) for row in left.context["rows"]] == [("acc-own", DAY)]


def test_an_audience_that_a_playbook_takes_is_not_taken_out_of_use(ops, house):
    keep(ops, "Small ones", is_shared="on")
    view = SavedView.objects.get()
    triggers = "[{key: came, kind: audience_entered, audience: small_ones}]"
    text = TEXT.replace("{triggers}", triggers).replace("{due}", "{calendar_days: 2}")
    publish(playbook=import_playbook(text=text, now=NOW), by=house.people["ops"], now=NOW)
    retire = reverse("audience_retire", args=[view.pk])
    assert "“Waiting” takes it" in ops.post(retire, follow=True).text
    assert "Waiting" in ops.get(reverse("audience", args=[view.pk])).text
    Playbook.objects.filter(key="waiting").update(state="retired")
    assert "out of use" in ops.post(retire, follow=True).text
    assert ops.get(reverse("saved_views")).context["audiences"] == []
    assert "Out of use since" in ops.get(reverse("audience", args=[view.pk])).text


@pytest.mark.parametrize("rows", [1, 9])
def test_pages_ask_a_fixed_number_of_questions(ops, house, rows, django_assert_num_queries):
    for number in range(rows):
        view = shared(house, f"View {number}", segment="smb", owner=house.people["csm"].pk)
        keep(ops, f"Mine {number}", f"owner={house.people['csm'].pk}")
    with django_assert_num_queries(8):
        ops.get(reverse("saved_views"))
    with django_assert_num_queries(9):
        ops.get(reverse("audience", args=[view.pk]))
