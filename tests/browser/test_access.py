"""One walk through every page: axe finds nothing in light and dark, wide and at 390 px; none is
wider than its screen, down to 320 px; what is current shows under forced colours; no bar covers
what has the focus (WCAG 2.4.11).
"""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from accounts.models import Account, Contract, User
from health.models import ReadinessLook
from tests.browser.conftest import AXE, PASSWORD, sign_in
from tests.cards import install_playbooks
from tests.page_house import DAY, NOW
from tests.surveys.answers import answer

PAGES = {
    "nobody": ("/login/", "/auth/password/reset/", "/auth/password/reset/done/"),
    "csm": (
        "/today/",
        "/portfolio/",
        "/portfolio/?q=nobody",
        "/tasks/",
        "/tasks/?view=done",
        "/tasks/new/",
        "/plays/starts/",
        "/notifications/",
        "/design/",
        "/accounts/poorly/",
        "/accounts/poorly/health/",
        "/accounts/poorly/timeline/",
        "/accounts/poorly/group/",
        "/accounts/poorly/people/",
        "/accounts/poorly/revenue/",
        "/accounts/poorly/surveys/",
        "/accounts/poorly/surveys/ask/",
        "/accounts/poorly/tasks/",
        "/expansion/",
        "/expansion/?list=nearly",
        "/surveys/",
        "/surveys/?by=segment",
        "/surveys/nps/",
        "/surveys/nps/answers/",
        "/surveys/nps/silent/",
        "/renewals/assumed/",
        "/unsaved/",
        "/nowhere/",
        "/executive/",  # refused
    ),
    "newcomer": (
        "/today/",
        "/portfolio/",
        "/tasks/",
        "/notifications/",
        "/renewals/assumed/?page=2",
    ),
    "executive": (
        "/executive/",
        "/executive/accounts/?figure=nrr",
        "/executive/movements/?figure=expansion",
        "/executive/causes/?figure=nrr",
        "/executive/health/",
        "/executive/renewals/",
        "/executive/week/",
        "/compliance/",
        "/compliance/list/?figure=late",
        "/compliance/falls/",
    ),
    "ops": (
        "/ops/",
        "/ops/jobs/",
        "/ops/messages/",
        "/ops/nights/",
        "/ops/invariants/",
        "/ops/dirty/",
        "/ops/interventions/",
        "/in-app/",
        "/surveys/edit/",
        "/surveys/edit/new/",
        "/imports/",
        "/doubles/",
        "/setup/core-features/",
        "/sequences/",
        "/playbooks/library/",
        "/playbooks/library/renewal/",
        "/doubles/merge/",
        "/doubles/merge/?merged=mostly&into=poorly",
        "/admin/",
        "/admin/accounts/account/add/",
    ),
}
WITHOUT_FRAME = ("400.html", "403_csrf.html", "429.html", "500.html")
SCREENS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("light", 390)}


@pytest.fixture(params=SCREENS)
def screen(request):
    return request.param


@pytest.fixture
def page(screen, browser, company, live_server):
    for role in ("executive", "ops"):
        User.objects.create_user(f"{role}@demo.example", PASSWORD, name="Ola Fern", role=role)
    User.objects.create_user("newcomer@demo.example", PASSWORD, name="Ivo Reed", role="csm")
    _renewed_by_itself()
    _answered()
    _looked_at()
    scheme, width = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        base_url=live_server.url,
        bypass_csp=True,  # axe is injected; the pages are walked under the policy in test_day
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _renewed_by_itself():
    Contract.objects.create(
        account=Account.objects.get(external_id="poorly"),
        external_id="renewed-by-itself",
        starts_on=date(2024, 1, 1),
        ends_on=date(2025, 1, 1),
        renewal_on=date(2026, 1, 1),
        arr_minor=60_000_00,
        currency="USD",
        auto_renew=True,
        learned_at=NOW,
    )


def _answered():
    account = Account.objects.get(external_id="poorly")
    account.segment = "enterprise"
    account.save(update_fields=["segment"])
    person = account.contacts.create(
        external_id="mira", name="Mira Stone", email="mira@poorly.example", met_on=DAY
    )
    for number in range(12):
        low = number % 3 == 0
        answer(
            person,
            2 if low else 10,
            standing=-1 if low else 1,
            comment="Loading times are bad" if low else "Great support",
            answered_at=NOW - timedelta(days=20 * number),
        )
    answer(person, 5, standing=1, kind="csat", answered_at=NOW)


def _looked_at():
    """One is ready, one nearly, as of the latest Sunday."""
    sunday = DAY - timedelta(days=(DAY.weekday() + 1) % 7)
    for name, readiness, talks in (("finely", "ready", 2), ("poorly", "conversations_first", 0)):
        ReadinessLook.objects.create(
            account=Account.objects.get(external_id=name),
            day=sunday,
            weeks=[100] * 14 + [130] * 5,
            weeks_known=19,
            conversations=talks,
            stakeholders=4,
            functions=2,
            looks_above=4,
            met=3 if talks else 2,
            readiness=readiness,
            is_early=not talks,
            judged_at=NOW,
        )


# What is pressed is 24 px high, or stands clear of its neighbours (WCAG 2.5.8).
AXE_OPTIONS = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"


def violations(page) -> list[str]:
    page.add_script_tag(path=str(AXE))
    found = page.evaluate(f"axe.run({AXE_OPTIONS})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def too_wide(page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


# A current item beside one that is not, of the same kind, whose looks are the same.
ALIKE = """
    () => {
        const marks = '[aria-current]:not(.crumbs *), [aria-pressed=true], [aria-selected=true]';
        const looks = (item) => {
            const style = getComputedStyle(item);
            return ['backgroundColor', 'color', 'borderBottomColor', 'borderBottomWidth']
                .map((name) => style[name]).join();
        };
        const alike = (item) => {
            const kind = [item.tagName, ...item.classList].slice(0, 2).join('.');
            const list = item.closest('nav, ol, ul, table, .menu-panel, form');
            const others = [...list.querySelectorAll(kind)]
                .filter((other) => !other.matches(marks) && other.checkVisibility());
            return others.length && others.every((other) => looks(other) === looks(item));
        };
        return [...document.querySelectorAll(marks)]
            .filter((item) => item.checkVisibility() && alike(item))
            .map((item) => item.outerHTML.slice(0, 120));
    }
"""
# What takes the focus and lies under a bar that sticks, at its middle and at both ends.
COVERED = """
    () => {
        const bars = [...document.querySelectorAll('.rail, .topline, .account-head, .sc-actions')];
        const isCovered = (item) => {
            item.focus();
            const box = item.getBoundingClientRect();
            if (!box.width || bars.some((bar) => bar.contains(item))) return false;
            return [0.05, 0.5, 0.95].every((share) => {
                const y = box.y + box.height * share;
                const hit = document.elementFromPoint(box.x + box.width / 2, y);
                return hit && bars.some((bar) => bar.contains(hit));
            });
        };
        const kinds = 'a[href], button, input, select, textarea, summary';
        const stops = [...document.querySelectorAll(kinds)].filter(
            (item) => item.checkVisibility({visibilityProperty: true}) && item.tabIndex >= 0);
        return [...stops, ...stops.toReversed()].filter(isCovered)
            .map((item) => item.outerHTML.slice(0, 120));
    }
"""


def look(page, screen) -> list[str]:
    """What is wrong with the page as this screen shows it."""
    found = violations(page)
    if wide := too_wide(page):
        found.append(f"{wide} px too wide")
    if screen == "light":
        page.emulate_media(forced_colors="active")
        found += [f"forced colours: {item}" for item in page.evaluate(ALIKE)]
        page.emulate_media(forced_colors="none")
    if screen == "phone":
        found += [f"covered: {item}" for item in page.evaluate(COVERED)]
        page.set_viewport_size({"width": 320, "height": 256})
        found += [f"covered at 400 %: {item}" for item in page.evaluate(COVERED)]
        if wide := too_wide(page):
            found.append(f"{wide} px too wide at 400 %")
        page.set_viewport_size({"width": 390, "height": 900})
    return found


def test_nothing_is_wrong_with_any_page_on_any_screen(screen, page):
    found = {}
    for actor, paths in PAGES.items():
        page.context.clear_cookies()
        if actor != "nobody":
            sign_in(page, actor)
        for path in paths:
            page.goto(path)
            found[actor, path] = look(page, screen)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def answering(body: str):
    """A second parameter of a handler would get the request."""
    return lambda route: route.fulfill(body=body, content_type="text/html")


def test_nothing_is_wrong_with_a_page_that_says_what_went_wrong(screen, page):
    found = {}
    for template in WITHOUT_FRAME:
        body = render_to_string(template)
        page.route("**/broken/", answering(body))
        page.goto("/broken/")
        found[template] = look(page, screen)
        page.unroute("**/broken/")
    assert found == {template: [] for template in WITHOUT_FRAME}


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
