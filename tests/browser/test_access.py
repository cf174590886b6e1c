"""axe-core finds nothing on any page, in light and dark, wide and at 390 px."""

import pytest
from django.template.loader import render_to_string

from accounts.models import Account, User
from playbooks.publishing import install_library as install_playbooks
from tests.browser.conftest import AXE, PASSWORD, sign_in
from tests.cs_platform.pages.conftest import NOW

PAGES = {
    "csm": (
        "/today/",
        "/portfolio/",
        "/portfolio/?q=nobody",
        "/tasks/",
        "/tasks/?view=done",
        "/notifications/",
        "/design/",
        "/accounts/poorly/",
        "/accounts/poorly/health/",
        "/accounts/poorly/timeline/",
        "/accounts/poorly/people/",
        "/accounts/poorly/revenue/",
        "/accounts/poorly/tasks/",
        "/unsaved/",
        "/nowhere/",
        "/executive/",  # refused
    ),
    "newcomer": ("/today/", "/portfolio/", "/tasks/", "/notifications/"),
    "executive": (
        "/executive/",
        "/executive/accounts/?figure=nrr",
        "/executive/movements/?figure=expansion",
        "/executive/health/",
        "/executive/renewals/",
        "/executive/week/",
    ),
    "ops": (
        "/ops/",
        "/ops/jobs/",
        "/ops/messages/",
        "/ops/nights/",
        "/ops/invariants/",
        "/ops/dirty/",
        "/ops/interventions/",
        "/imports/",
        "/admin/",
    ),
}
WITHOUT_FRAME = ("400.html", "403_csrf.html", "429.html", "500.html")
SCREENS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("light", 390)}


@pytest.fixture(params=SCREENS)
def page(request, browser, company, live_server):
    for role in ("executive", "ops"):
        User.objects.create_user(f"{role}@demo.example", PASSWORD, name="Ola Fern", role=role)
    User.objects.create_user("newcomer@demo.example", PASSWORD, name="Ivo Reed", role="csm")
    scheme, width = SCREENS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        base_url=live_server.url,
        bypass_csp=True,  # axe is injected; the pages are walked under the policy in test_day
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def violations(page) -> list[str]:
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_wide(page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("path", ["/login/", "/auth/password/reset/", "/auth/password/reset/done/"])
def test_axe_finds_nothing_before_sign_in(page, path):
    page.goto(path)
    assert (violations(page), too_wide(page)) == ([], 0)


@pytest.mark.parametrize("actor", PAGES)
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_the_screen(page, actor):
    sign_in(page, actor)
    found = {}
    for path in PAGES[actor]:
        page.goto(path)
        found[path] = (violations(page), too_wide(page))
    assert found == {path: ([], 0) for path in PAGES[actor]}


@pytest.mark.parametrize("template", WITHOUT_FRAME)
def test_axe_finds_nothing_where_something_went_wrong(page, template):
    body = render_to_string(template)
    page.route("**/broken/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto("/broken/")
    assert (violations(page), too_wide(page)) == ([], 0)


def test_axe_finds_nothing_in_what_floats(page):
    install_playbooks(now=NOW)
    sign_in(page)
    found = {}
    page.locator("summary.avatar").click()
    found["me"] = violations(page)
    page.keyboard.press("Escape")
    page.locator("#notices summary").click()
    page.get_by_text("Nothing yet").wait_for()
    found["what is new"] = violations(page)
    page.keyboard.press("Escape")
    for key, action in (("e", "complete"), ("s", "snooze"), ("x", "skip")):
        page.keyboard.press("j")
        page.keyboard.press(key)
        page.locator(f"[data-panel={action}]").first.wait_for()
        found[action] = violations(page)
        page.keyboard.press("Escape")
    page.locator("[data-palette-open]").click()
    page.keyboard.type("poorly")
    page.locator("[role=option]").first.wait_for()
    found["palette"] = violations(page)
    page.keyboard.press("Escape")
    page.goto("/accounts/poorly/tasks/")
    page.get_by_text("Start a play").click()
    found["plays"] = violations(page)
    page.goto("/accounts/poorly/health/")
    page.get_by_text("Set the band by hand").click()
    found["override"] = violations(page)
    page.get_by_label("Band", exact=True).select_option("Watch")
    page.get_by_label("Why is the computed band wrong?").fill("  ")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    found["refused"] = violations(page)
    assert found == {name: [] for name in found}
    assert len(found) == 9
    assert Account.objects.count() == 3
