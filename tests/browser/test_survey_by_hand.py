"""Asking by hand on a phone and on a laptop, by keyboard: a link is made, copied and taken back."""

import re
from datetime import timedelta

import pytest

from accounts.models import Account
from surveys.models import Invitation
from tests.browser.conftest import sign_in
from tests.browser.test_access import too_wide, violations
from tests.page_house import DAY, NOW
from tests.surveys.engine.house import survey
from tests.surveys.invitations import asked

WIDTHS = {"phone": 390, "laptop": 1280}


@pytest.mark.parametrize("screen", WIDTHS)
def test_a_link_is_made_copied_and_taken_back_by_keyboard(screen, browser, company, live_server):
    person = Account.objects.get(external_id="poorly").contacts.create(
        external_id="mira", name="Mira Stone", email="mira@poorly.example", met_on=DAY
    )
    survey("csat", "on_request", name="How was the onboarding?", published_at=NOW)
    nps = survey("nps", "rhythm", kind="nps", name="Relationship", published_at=NOW)
    asked(person, about=nps, state="expired", planned_at=NOW - timedelta(days=3))
    context = browser.new_context(
        viewport={"width": WIDTHS[screen], "height": 900}, base_url=live_server.url,
        bypass_csp=True, reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, "csm")
    page.goto("/accounts/poorly/surveys/")
    page.get_by_role("link", name="Ask", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Surveys for Mira Stone").wait_for()
    assert (violations(page), too_wide(page)) == ([], 0)
    page.get_by_role("button", name=re.compile("^Link.*onboarding")).focus()
    page.keyboard.press("Enter")
    link = page.get_by_label("Link to hand over").input_value()
    assert "/s/" in link
    page.get_by_role("button", name="Copy the link").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert (violations(page), too_wide(page)) == ([], 0)
    page.get_by_label("Why does it count no more?").select_option("link_spread")
    page.get_by_role("button", name="Revoke").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Revoked: Others have the link").wait_for()
    assert Invitation.objects.get(occasion__startswith="link:").state == "revoked"
    context.close()
