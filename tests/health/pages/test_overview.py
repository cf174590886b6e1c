"""The list of scorecards says of each what connected sources let it judge."""

from datetime import date

from django.urls import reverse

from health.models import SourceFeed
from tests.scorecard_house import address

LIST = reverse("admin:health_scorecard_changelist")


def connect(*sources):
    SourceFeed.objects.bulk_create(
        SourceFeed(source=source, first_day=date(2024, 1, 1)) for source in sources
    )


def page(client):
    return " ".join(client.get(LIST).content.decode().split())


def share_of(client, key):
    rows = {row.key: row for row in client.get(LIST).context["keys"]}
    return rows[key].share


def test_a_card_says_which_source_would_bring_scores(ops, published):
    connect("support", "revenue", "payment", "interactions", "events")
    share = share_of(ops, "four_inputs")

    # support 25 + commercial 25 + relationship 15 × (25 + 20 + 20) % = 59.75: below 60
    assert (share.points, share.is_enough) == (59.75, False)
    # usage: engagement 35 × (25 + 40) %; activity: 35 × (20 + 15) %; champions: 15 × 35 %
    found = [(gap.word, gap.points) for gap in share.gaps]
    assert found == [("Usage", 22.75), ("Activity", 12.25), ("Contacts", 5.25)]
    assert "No account gets a score:" in page(ops)


def test_what_drops_out_is_said_where_the_rest_is_enough(ops, published):
    connect("support", "revenue", "payment", "interactions", "events", "contacts")

    assert share_of(ops, "four_inputs").is_enough
    assert "65 of 100 points can be judged" in page(ops)


def test_a_card_whose_sources_all_deliver_says_nothing(ops, published):
    connect(
        *("usage", "activity", "support", "revenue", "payment", "contacts"),
        *("interactions", "events", "onboarding", "sessions", "surveys", "csm_sentiment"),
    )

    assert share_of(ops, "four_inputs").gaps == ()
    assert "can be judged" not in page(ops)


def test_a_draft_is_fitted_to_what_is_connected_in_one_step(ops, published):
    connect("support", "revenue", "payment")
    answer = ops.post(address(published, "fit"), follow=True)

    assert answer.context["card"].version == 2
    assert answer.context["card"].measures.count() == 5
    said = " ".join(answer.content.decode().split())
    assert "does without: " in said
    assert "Fitted to what is connected. Dropped: " in said


def test_a_draft_is_offered_where_something_of_the_card_can_be_judged(ops, published):
    assert "Fit a draft" not in page(ops)

    connect("support")
    assert "Fit a draft" in page(ops)


def test_what_nothing_connected_can_judge_leads_to_the_check_list(ops, published):
    answer = ops.post(address(published, "fit"))

    assert answer["Location"] == reverse("setup")
    assert not type(published).objects.filter(state="draft").exists()
