"""What a draft's page refuses: numbers that are none, twice the same, homes that are going."""

import re

import pytest

from health.measures import MEASURES
from tests.scorecard_house import address, filled_in, name_of


def refused(client, draft, changes):
    """The page that says so; nothing was saved."""
    response = client.post(address(draft), filled_in(client, draft) | changes)
    draft.refresh_from_db()
    assert (response.status_code, draft.revision) == (200, 1)
    return response.content.decode()


def new_measure(component, key):
    stem = f"new-measure-{component.pk}"
    return {f"{stem}-key": key, f"{stem}-weight": "5", f"{stem}-curve": "0 → 0, 1 → 100"}


@pytest.fixture
def unused(draft):
    return sorted(set(MEASURES) - set(draft.measures.values_list("key", flat=True)))[0]


@pytest.fixture
def support(draft):
    return draft.components.get(key="support")


@pytest.mark.parametrize("typed", ["NaN", "sNaN", "-Infinity", "9E999999", "40, nan"])
def test_an_alert_line_that_is_no_number_is_refused(ops, draft, typed):
    page = refused(ops, draft, {"alert_lines": typed})

    assert "is not a number. Write numbers above 0 and below 100" in page


@pytest.mark.parametrize("typed", ["NaN, 5", "sNaN", "9E999999999, 5"])
def test_it_is_refused_as_well_where_two_people_are_merged(ops, draft, typed):
    page = refused(ops, draft, {"revision": "99", "alert_lines": typed})

    assert "is not a number. Write numbers above 0 and below 100" in page


@pytest.mark.parametrize("typed", ["9E999999", "NaN", "-9E999999999"])
def test_weights_beyond_all_reason_are_refused_and_the_page_still_adds_up(ops, draft, typed):
    changes = {f"component-{c.pk}-weight": typed for c in draft.components.all()}

    assert "A weight is a number from 0 to 100" in refused(ops, draft, changes)
    assert "A weight is a number" in refused(ops, draft, changes | {"revision": "99"})


@pytest.mark.parametrize("curve", ["0 → 0, 1E400 → 100", "1E-9999999 → 0, 1 → 100"])
def test_a_curve_has_numbers_that_can_be_written_out(ops, draft, curve):
    changes = {name_of(draft, "measure", "champions", "curve"): curve}

    assert "is further from 1 than any measure gets." in refused(ops, draft, changes)


def test_a_measure_is_added_to_one_component(ops, draft, support, unused):
    other = draft.components.get(key="commercial")
    page = refused(ops, draft, new_measure(support, unused) | new_measure(other, unused))

    assert f"{MEASURES[unused].name}” is being added to" in page
    assert "a scorecard has each measure once." in page


def test_nothing_is_added_to_a_component_that_is_removed(ops, draft, support, unused):
    band = {"new-component-name": "X", "new-component-weight": "5"}
    gate = {"new-gate-name": "X", "new-gate-condition": "champions = 0", "new-gate-cap": "5"}
    gone = {"remove": [f"component-{support.pk}"]}
    for added in (
        new_measure(support, unused),
        band | {"new-component-parent": str(support.pk)},
        gate | {"new-gate-component": str(support.pk)},
    ):
        page = refused(ops, draft, gone | added)
        assert "This component is being removed: choose one that stays." in page


def test_nor_to_one_inside_of_it(ops, draft, support, unused):
    inner = draft.components.create(
        scorecard=draft, parent=support, key="inner", name="Inner", weight=5, position=9
    )
    page = refused(
        ops, draft, {"remove": [f"component-{support.pk}"], **new_measure(inner, unused)}
    )

    assert "This component is being removed" in page


def test_what_goes_with_its_component_need_not_be_right(ops, draft, support):
    changes = {
        "remove": [f"component-{support.pk}"],
        name_of(draft, "measure", "ticket_load", "curve"): "nonsense",
    }
    ops.post(address(draft), filled_in(ops, draft) | changes)

    assert not draft.components.filter(key="support").exists()


def test_what_was_ticked_for_removal_is_still_ticked(ops, draft, support):
    gone = [
        f"component-{support.pk}",
        f"measure-{draft.measures.get(key='champions').pk}",
        f"gate-{draft.gates.first().pk}",
        f"band-{draft.bands.first().pk}",
    ]
    assert "checked" not in "".join(ticks(ops.get(address(draft)).content.decode()))

    page = refused(ops, draft, {"remove": gone, "alert_lines": "low"})

    assert [part for part in gone if f'value="{part}" checked' in page] == gone
    assert sum("checked" in tick for tick in ticks(page)) == len(gone)


def ticks(page):
    return re.findall(r'<input type="checkbox" name="remove"[^>]*>', page)
