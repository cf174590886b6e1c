"""Operations in a browser: axe finds nothing, a given-up job is retried, others are refused."""

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Installation, User
from cs_platform.models import StepRun
from tests.browser.conftest import AXE, PASSWORD, sign_in, watched
from tests.cs_platform.pages.test_ops import dead_job, fill
from tests.times import now, yesterday

PAGES = (
    "/ops/",
    "/ops/jobs/?view=dead",
    "/ops/messages/?view=dead",
    "/ops/nights/",
    "/ops/nights/?day={day}",
    "/ops/invariants/",
    "/ops/dirty/",
    "/ops/interventions/",
)
SCREENS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("dark", 390)}


@pytest.fixture
def machinery(transactional_db) -> User:
    cache.clear()
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme"})
    ops = User.objects.create_user("ops@demo.example", PASSWORD, name="Jona Reed", role="ops")
    User.objects.create_user("csm@demo.example", PASSWORD, name="Mira Quell", role="csm")
    fill(ops, count=2)
    StepRun.objects.create(
        step="verify", day=yesterday(), position=11, finished_at=now(), failure="why"
    )
    return ops


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(browser, live_server, machinery, screen):
    scheme, width = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=live_server.url,
        bypass_csp=True, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, "ops")
    found = {}
    for address in PAGES:
        page.goto(address.format(day=yesterday()))
        page.add_script_tag(path=str(AXE))
        violations = page.evaluate("async () => (await axe.run()).violations")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found[address] = [
            (hit["id"], [node["html"] for node in hit["nodes"]]) for hit in violations
        ]
        assert not wide, f"{address} is wider than the screen"
    context.close()
    assert {address: hits for address, hits in found.items() if hits} == {}, json.dumps(found)


def test_what_was_given_up_is_found_and_tried_again(browser, live_server, machinery, errors):
    dead_job("segment/1", kind="plays.advance")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    page = watched(context, errors)
    sign_in(page, "ops")
    page.get_by_role("link", name="Operations").click()
    page.get_by_role("link", name="Given-up jobs").click()
    page.get_by_role("button", name="Retry Advance plays segment/1").click()
    expect(page.locator("#toasts")).to_contain_text("The job tries again within seconds.")
    expect(page.get_by_role("button", name="Retry Advance plays segment/1")).to_have_count(0)
    page.goto("/ops/interventions/")
    expect(page.get_by_role("cell", name="plays.advance segment/1")).to_be_visible()
    context.close()
    assert errors == []


def test_somebody_without_the_right_is_refused_politely(browser, live_server, machinery):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    sign_in(page)
    expect(page.get_by_role("link", name="Operations")).to_have_count(0)
    assert page.goto("/ops/").status == 403
    expect(page.get_by_text("Your role does not open this page")).to_be_visible()
    context.close()
