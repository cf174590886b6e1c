"""The living page shows every component there is, in both themes."""

from pathlib import Path

import pytest
from django.urls import reverse

from cs_platform.pages.design import icons, tokens
from tests.page_house import sign_in

HERE = Path(__file__).parents[3]
# What stands around every page is seen on the living page itself; the rest is drawn by a tag.
AROUND = {"_me_menu", "_notices_menu", "_notice", "_unread", "_palette", "_palette_results"} | {
    "_shortcuts",
    "_toasts",
    "_pagination",
    "_rail_more",
    "_sort_head",
    "_tabs",
}
BY_TAG = {"_band_chip": "{% band_chip", "_chart": "{% chart", "_delta": "{% delta"}


def test_every_component_is_on_the_living_page():
    source = "".join(path.read_text() for path in (HERE / "templates/design").glob("*.html"))
    for path in (HERE / "templates/components").glob("_*.html"):
        if path.stem not in AROUND:
            called = BY_TAG.get(path.stem, f"components/{path.name}")
            assert called in source, f"{path.name} is not shown on /design/"


def test_tokens_are_read_from_the_stylesheet():
    found = tokens()
    assert {"ink", "accent", "healthy", "watch", "intervene"} <= {t.name for t in found.colours}
    assert [t.pixels for t in found.spaces][:4] == [4, 8, 12, 16]
    assert {t.name: t.pixels for t in found.sizes}["text-md"] == 14
    assert "radius" in {t.name for t in found.others}


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["csm", "executive", "ops"])
def test_both_themes_stand_side_by_side(client, house, actor):
    sign_in(client, house.people[actor])
    html = client.get(reverse("design")).content.decode()
    assert html.count("theme-scope") == 2
    assert html.count("Critical") == 0
    assert html.count("chart-waterfall") == 2
    assert all(f"icons.svg#{name}" in html for name in icons())
