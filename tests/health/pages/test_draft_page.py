"""The page of a draft: saved as a whole, wrong input said where it is, two people merged."""

import pytest

from accounts.models import User
from health.models import DraftEdit, Scorecard
from health.publishing import publish
from tests.page_house import NOW
from tests.scorecard_house import address, filled_in, name_of


def body(response):
    return response.content.decode()


def texts(response):
    return [str(message) for message in response.context["messages"]]


def test_the_page_shows_every_part_with_its_picture_and_the_totals(ops, draft):
    page = body(ops.get(address(draft)))

    assert page.count('data-total="component-') == 4
    assert page.count('data-weight="component-') == draft.measures.count()
    assert page.count('class="chart chart-reading"') == draft.measures.count() == 14
    assert 'class="chart chart-scale"' in page
    assert "alert line at 40" in page
    assert "7.0</span>% of the score" in page  # login frequency: 20 % of 35
    for gate in draft.gates.all():
        assert gate.name in page


def test_a_page_has_no_inline_script_or_style(ops, draft, published):
    for scorecard in (draft, published):
        page = body(ops.get(address(scorecard)))
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page


def test_a_save_keeps_what_was_typed_and_says_what_is_still_wrong(ops, draft, ola):
    data = filled_in(ops, draft) | {name_of(draft, "component", "support", "weight"): "20"}
    response = ops.post(address(draft), data, follow=True)

    draft.refresh_from_db()
    assert draft.components.get(key="support").weight == 20
    assert (draft.revision, draft.edited_by) == (2, ola)
    assert "Four inputs v2 is saved." in texts(response)
    assert "weights must add up to 100; they add up to 95" in body(response)
    assert '<a href="#weights">Components of the top level</a>' in body(response)
    assert "Last saved 14 Mar 2025" in body(response)


@pytest.mark.parametrize(
    ("kind", "key", "field", "typed", "words"),
    [
        ("component", "support", "weight", "plenty", "A weight is a number from 0 to 100"),
        ("component", "support", "weight", "120", "A weight is a number from 0 to 100"),
        ("measure", "champions", "curve", "0 → 0, 1 → much", "“much” is not a number."),
        ("measure", "champions", "curve", "2 → 0, 1 → 50", "must rise from left to right"),
        ("measure", "champions", "curve", "0 → 0, 1 → 150", "lie between 0 and 100"),
        ("measure", "champions", "penalties", "luck × 5", "“luck” is not in the measure"),
        ("gate", "champion_gone", "condition", "champions is 0", "write measure, sign"),
        ("band", "watch", "lower", "75", "Another band begins at 75 as well."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_on_top(
    ops, draft, kind, key, field, typed, words
):
    name = name_of(draft, kind, key, field)
    response = ops.post(address(draft), filled_in(ops, draft) | {name: typed})
    page = body(response)

    assert response.status_code == 200
    assert "Not saved. Everything you typed is still here." in page
    assert page.count(words) >= 2  # in the list on top, and beside the field
    assert f'href="#id_{name}"' in page or f'href="#id_{name.split("-")[0]}' in page
    assert f'id="id_{name}"' in page
    draft.refresh_from_db()
    assert draft.revision == 1


def test_alert_lines_are_numbers_between_0_and_100(ops, draft):
    data = filled_in(ops, draft)
    for typed in ("40, low", "0", "40, 40", "12.345"):
        page = body(ops.post(address(draft), data | {"alert_lines": typed}))
        assert "Not saved" in page, typed
    ops.post(address(draft), data | {"alert_lines": "30"})
    assert [line.value for line in draft.alert_lines.all()] == [30]


def test_parts_are_added_and_removed(ops, draft):
    support = draft.components.get(key="support")
    gone = draft.measures.get(key="ticket_load")
    stem = f"new-measure-{support.pk}"
    data = filled_in(ops, draft) | {
        "remove": [f"measure-{gone.pk}"],
        f"measure-{gone.pk}-curve": "nonsense, which goes with it",
        f"{stem}-key": "tickets_on_open_topic",
        f"{stem}-weight": "40",
        f"{stem}-curve": "0 → 100, 3 → 0",
        "new-gate-name": "Nobody active",
        "new-gate-component": str(draft.components.get(key="engagement").pk),
        "new-gate-condition": "users_active = 0",
        "new-gate-cap": "10",
    }
    ops.post(address(draft), data)

    assert sorted(support.measures.values_list("key", flat=True)) == [
        "days_to_resolution",
        "defect_share",
        "tickets_on_open_topic",
    ]
    assert draft.gates.get(key="nobody_active").cap == 10


def test_half_of_a_new_part_is_asked_for_in_full(ops, draft):
    page = body(ops.post(address(draft), filled_in(ops, draft) | {"new-band-name": "Fine"}))

    assert "Needed for the new part; or leave all of it empty." in page
    assert not draft.bands.filter(name="Fine").exists()


def test_of_two_who_edit_the_second_is_told_and_nothing_is_lost(ops, client, draft, ola):
    weight = name_of(draft, "component", "support", "weight")
    other = name_of(draft, "component", "commercial", "weight")
    curve = name_of(draft, "measure", "champions", "curve")
    mine = filled_in(ops, draft)
    ops.post(address(draft), mine | {weight: "20", other: "30"})
    ida = User.objects.create_user("ida@example.test", "x", name="Ida Ops", role="ops")
    client.force_login(ida, backend="django.contrib.auth.backends.ModelBackend")
    sent = mine | {weight: "10", curve: "0 → 0, 4 → 100", "new-band-name": "Fine"}
    response = client.post(address(draft), sent)
    page, form = body(response), response.context["form"]

    draft.refresh_from_db()
    assert draft.revision == 2
    assert draft.components.get(key="support").weight == 20
    assert "Ola Ops on 14 Mar 2025" in page
    assert "Support burden: weight: 25 → 20" in page
    assert form[weight].value() == "10"  # both changed it: mine stands, theirs is named
    assert "they saved “20”" in page
    assert page.count("They saved “20”; yours stands here.") == 1  # beside the field
    assert form[other].value() == "30"  # theirs alone
    assert form[curve].value() == "0 → 0, 4 → 100"  # mine alone
    assert form["new-band-name"].value() == "Fine"

    again = {name: form[name].value() for name in form.fields if form[name].value()}
    again = {k: ("on" if v is True else v) for k, v in again.items() if k != "new-band-name"}
    client.post(address(draft), again)
    assert draft.components.get(key="support").weight == 10
    assert draft.components.get(key="commercial").weight == 30
    assert list(
        DraftEdit.objects.order_by("revision").values_list("edited_by__name", flat=True)
    ) == [
        None,
        "Ola Ops",
        "Ida Ops",
    ]


def test_what_they_removed_is_named_to_whoever_had_changed_it(ops, draft):
    gone = draft.measures.get(key="champions")
    mine = filled_in(ops, draft)
    ops.post(address(draft), mine | {"remove": [f"measure-{gone.pk}"]})
    page = body(ops.post(address(draft), mine | {f"measure-{gone.pk}-weight": "99"}))

    assert "They removed what you had changed" in page
    assert "99" in page


def test_a_draft_published_meanwhile_takes_nothing(ops, draft, ola):
    data = filled_in(ops, draft)
    publish(scorecard=draft, user=ola, reason="Quick", now=NOW)
    response = ops.post(address(draft), data | {"recovery_margin": "4"}, follow=True)

    assert any("published and never changes" in text for text in texts(response))
    draft.refresh_from_db()
    assert draft.recovery_margin == 3


def test_a_curve_is_drawn_while_it_is_typed(ops, draft):
    url = "/admin/health/scorecard/curve/"
    good = body(ops.get(url, {"field": "x", "x": "0 → 0, 4 → 100", "of": "Champions"}))
    bad = body(ops.get(url, {"field": "x", "x": "0 → 0, 4 → lots"}))

    assert 'aria-label="Curve of Champions: 0 reads 0, 4 reads 100"' in good
    assert "“lots” is not a number." in bad
    assert "<svg" not in bad


def test_bands_are_drawn_while_they_are_typed(ops, draft):
    lower = name_of(draft, "band", "watch", "lower")
    good = body(ops.get(address(draft, "scale"), {lower: "60"}))
    bad = body(ops.get(address(draft, "scale"), {lower: "high"}))

    assert "Watch from 60" in good
    assert "numbers from 0 to 100" in bad


def test_one_draft_a_scorecard_however_often_it_is_begun(ops, published):
    first = ops.post(address(published, "draft"))
    second = ops.post(address(published, "draft"))

    assert first.url == second.url
    assert Scorecard.objects.filter(key="four_inputs").count() == 2
    assert ops.get(address(published, "draft")).headers["Location"] == address(published)


def test_a_draft_can_be_thrown_away_and_a_published_version_cannot(ops, draft, published):
    ops.post(address(draft, "discard"))
    ops.post(address(published, "discard"))

    assert list(Scorecard.objects.filter(key="four_inputs")) == [published]


def test_numbers_that_are_no_id_are_not_found(ops, published):
    for wrong in ("0", "999999", "abc", "9" * 30):
        assert ops.get(f"/admin/health/scorecard/{wrong}/change/").status_code == 404
