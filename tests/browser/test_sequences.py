"""CS ops looks how sequences go: a number opens its list, the list the play; under axe."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Contact, Installation, User
from accounts.work import outbox
from playbooks.engine import advance_plays
from playbooks.engine.manual_start import start_play
from playbooks.library.catalogue import BY_KEY
from playbooks.publishing import install
from tests.browser.conftest import PASSWORD, sign_in
from tests.browser.test_access import SCREENS, too_wide, violations
from tests.page_house import DAY, NOW


@pytest.fixture
def running(company):
    """One account is quiet: a mail to its person waits to go out, two more are ahead."""
    install(entry=BY_KEY["inactive_14_days"], by=None, now=NOW - timedelta(days=3))
    Installation.objects.update(product_url="https://app.acme.example/")
    account = Account.objects.get(external_id="mostly")
    Contact.objects.create(
        account=account, external_id="bo", name="Bo Lind", email="bo@a.example", met_on=DAY
    )
    ops = User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    begun = NOW - timedelta(days=1)
    start_play(account=account, playbook_key="inactive_14_days", by=ops, now=begun)
    advance_plays(limit=10, now=begun)
    outbox.send_due(now=NOW)
    return account


@pytest.mark.parametrize("screen", SCREENS)
def test_a_number_opens_its_list_and_the_list_the_play(browser, live_server, running, screen):
    scheme, width = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        base_url=live_server.url,
        bypass_csp=True,  # axe is injected
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, "ops", lead_to="/sequences/")
    found = {"sequences": [*violations(page), *(["too wide"] if too_wide(page) else [])]}
    row = page.get_by_role("row", name=re.compile("Re-engage after 14 quiet days"))
    row.get_by_role("link", name="1", exact=True).locator("visible=true").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile("Mostly Instruments"))).to_be_visible()
    found["list"] = [*violations(page), *(["too wide"] if too_wide(page) else [])]
    page.get_by_role("link", name=re.compile("Open Mostly")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Re-engage after 14 quiet days")).to_be_visible()
    found["play"] = [*violations(page), *(["too wide"] if too_wide(page) else [])]
    assert found == {"sequences": [], "list": [], "play": []}
    context.close()
