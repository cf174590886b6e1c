"""Answering a survey on a phone, as somebody without an account: with scripts and without."""

import pytest
from playwright.sync_api import expect

from surveys.models import Response
from tests.browser.conftest import AXE, watched
from tests.surveys.invitations import asked, link_of

PHONE = {"width": 390, "height": 844}
MOST_BYTES = 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("has_scripts", [True, False])
def test_from_the_link_to_thanks(browser, live_server, errors, scheme, has_scripts):
    context = browser.new_context(
        viewport=PHONE, java_script_enabled=has_scripts, color_scheme=scheme
    )
    page = watched(context, errors)
    sizes = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(f"{live_server.url}{link_of(asked())}?score=3")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes.values()) < MOST_BYTES
    assert all(url.startswith(live_server.url) for url in sizes)
    assert page.context.cookies() == []
    expect(page.get_by_label("3", exact=True)).to_be_checked()
    if has_scripts:
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label("9", exact=True).check(force=True)
    page.get_by_label("Why?").fill("It saves us a day.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    if has_scripts:
        assert violations(page) == []
    found = Response.objects.get()
    assert (found.value, found.comment) == (9, "It saves us a day.")
    context.close()
    assert errors == []


def violations(page):
    page.evaluate(AXE.read_text())
    return page.evaluate("axe.run().then(found => found.violations.map(rule => rule.id))")
