"""A band set by hand: refused in place with what was typed, shown at once when it is accepted."""

from playwright.sync_api import expect

from health.models import BandOverride


def test_a_refused_override_keeps_what_was_typed(desk):
    desk.goto("/accounts/poorly/health/#set-band")
    desk.get_by_label("Band", exact=True).select_option("Watch")
    desk.get_by_label("For how long").select_option("2 weeks")
    reason = desk.get_by_label("Why is the computed band wrong?")
    reason.fill("   ")
    reason.press("Enter")
    expect(reason).to_have_accessible_description("Say why the computed band is wrong.")
    expect(reason).to_be_focused()
    expect(desk.get_by_label("Band", exact=True)).to_have_value("watch")
    expect(desk.get_by_label("For how long")).to_have_value("14")
    assert not BandOverride.objects.exists()
    reason.fill("Their sponsor has signed.")
    reason.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("Set to Watch until 28 Mar 2025.")
    expect(desk.locator("#account-head")).to_contain_text("Watch")


def test_the_computed_band_is_not_offered(desk):
    desk.goto("/accounts/poorly/health/#set-band")
    bands = desk.get_by_label("Band", exact=True).locator("option")
    expect(bands).to_have_text(["Choose one", "Healthy", "Watch"])


def test_a_refused_override_keeps_what_was_typed_without_javascript(browser, desk, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto("/accounts/poorly/health/")
    page.get_by_text("Set the band by hand").click()
    page.get_by_label("Band", exact=True).select_option("Watch")
    page.get_by_label("For how long").select_option("2 weeks")
    reason = page.get_by_label("Why is the computed band wrong?")
    reason.fill("   ")
    reason.press("Enter")
    expect(reason).to_be_visible()
    expect(reason).to_have_accessible_description("Say why the computed band is wrong.")
    expect(page.get_by_label("Band", exact=True)).to_have_value("watch")
    expect(page.get_by_label("For how long")).to_have_value("14")
    reason.fill("Their sponsor has signed.")
    reason.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Set to Watch until 28 Mar 2025.")
    context.close()
