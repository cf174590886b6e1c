"""axe-core finds nothing on any page, in light and dark, wide and at 390 px."""

import pytest

from tests.browser.conftest import AXE, sign_in

PAGES = (
    "/today/",
    "/portfolio/",
    "/tasks/",
    "/tasks/?view=done",
    "/accounts/poorly/",
    "/accounts/poorly/health/",
    "/accounts/poorly/timeline/",
    "/accounts/poorly/people/",
    "/accounts/poorly/revenue/",
    "/accounts/poorly/tasks/",
    "/nowhere/",
)
SCREENS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("light", 390)}


@pytest.fixture(params=SCREENS)
def page(request, browser, company, live_server):
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


def test_axe_finds_nothing_before_sign_in(page):
    page.goto("/login/")
    assert violations(page) == []


def test_axe_finds_nothing_on_any_page(page):
    sign_in(page)
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = violations(page)
    assert found == {path: [] for path in PAGES}


def test_axe_finds_nothing_in_what_floats(page):
    sign_in(page)
    page.locator("summary.avatar").click()
    menu = violations(page)
    page.keyboard.press("Escape")
    page.locator("[data-palette-open]").click()
    assert (menu, violations(page)) == ([], [])


def test_no_page_is_wider_than_the_screen(page):
    sign_in(page)
    wide = {}
    for path in PAGES:
        page.goto(path)
        wide[path] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert wide == dict.fromkeys(PAGES, 0)
