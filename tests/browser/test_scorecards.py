"""CS ops tunes a weight on a Friday: sees who moves, publishes, sees the mark, rolls back."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from health.models import Scorecard
from health.queries.scorecards import in_force
from tests.browser.conftest import PASSWORD, sign_in, watched
from tests.browser.test_access import SCREENS, violations
from tests.page_house import judge, show_present
from tests.scorecard_house import FINE

LIST = "/admin/health/scorecard/"


@pytest.fixture
def ops(browser, company, live_server, errors):
    User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    burdened = Account.objects.create(
        external_id="burdened", name="Burdened Looms", owner=company, arr_minor=80_000_00
    )
    show_present(judge(burdened, in_force()["four_inputs"], raw=FINE))
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    page = watched(context, errors)
    sign_in(page, "ops")
    yield page
    context.close()
    assert errors == []


def begin_draft(page: Page) -> None:
    page.goto(LIST)
    page.get_by_role("region", name="Versions of four_inputs").wait_for()
    section = page.locator("section", has=page.get_by_role("heading", name="Four inputs"))
    section.get_by_role("button", name="Edit as a draft").click()
    expect(page.get_by_role("heading", name="Four inputs v2")).to_be_visible()


def test_a_weight_is_tuned_previewed_published_marked_and_rolled_back(ops):
    begin_draft(ops)
    total = ops.locator("[data-total=top]")
    ops.get_by_label("Product engagement: weight").fill("20")
    expect(total).to_have_text("Components: 85 of 100, 15 missing")
    ops.get_by_label("Support burden: weight").fill("40")
    expect(total).to_have_text("Components: 100 of 100")
    curve = ops.get_by_label("Champions: curve")
    curve.fill("0 → 0, 4 → lots")
    expect(ops.get_by_text("“lots” is not a number.")).to_be_visible()
    curve.fill("0 → 0, 4 → 100")
    expect(
        ops.get_by_role("img", name="Curve of Champions: 0 reads 0, 4 reads 100")
    ).to_be_visible()
    ops.get_by_role("button", name="Save and preview on the portfolio").click()

    expect(ops.get_by_role("heading", name="Preview of Four inputs v2")).to_be_visible()
    mover = ops.get_by_role("region", name="Accounts that move").get_by_role("row", name="Burdened")
    expect(mover).to_contain_text("77 → 69")
    expect(mover).to_contain_text("Support burden counts 40 instead of 25")
    ops.get_by_role("button", name="Publish scorecard v2").click()
    expect(ops.get_by_role("alert")).to_contain_text("Not published.")
    expect(ops.get_by_label("Why?")).to_be_focused()
    expect(ops.get_by_label("Why?")).to_be_in_viewport()
    ops.get_by_label("Why?").fill("Support tells us earlier")
    ops.get_by_role("button", name="Publish scorecard v2").click()
    expect(ops.get_by_text("Four inputs v2 is in force.")).to_be_visible()

    ops.goto("/accounts/poorly/")
    mark = ops.locator(".chart-history text", has_text="v2 published: Support tells us earl")
    expect(mark).to_be_visible()

    ops.goto(LIST)
    ops.get_by_role("link", name="Roll back to v1").click()
    ops.get_by_label("Why?").fill("Too noisy")
    ops.get_by_role("button", name="Roll back: publish v3").click()
    expect(ops.get_by_text("Four inputs v3 is in force and says what v1 said.")).to_be_visible()
    ops.goto(LIST)
    expect(ops.get_by_text("Back to v1: Too noisy")).to_be_visible()


CUT_OFF = """() => [...document.querySelectorAll(".sc-form .input")]
    .filter((field) => field.checkVisibility() && field.tagName !== "SELECT"
        && field.scrollWidth > field.clientWidth + 1)
    .map((field) => field.value)"""


@pytest.mark.parametrize("width", [1280, 1440])
def test_no_field_of_a_draft_cuts_off_what_it_says(ops, width):
    ops.set_viewport_size({"width": width, "height": 900})
    begin_draft(ops)

    assert ops.evaluate(CUT_OFF) == []


def test_the_second_of_two_editors_keeps_what_was_typed(ops, browser, live_server):
    begin_draft(ops)
    User.objects.create_user("ida@demo.example", PASSWORD, name="Ida Quay", role="ops")
    context = browser.new_context(base_url=live_server.url)
    ida = context.new_page()
    sign_in(ida, "ida")
    ida.goto(ops.url)
    ida.get_by_label("Support burden: weight").fill("20")
    ida.get_by_role("button", name="Save draft").click()
    expect(ida.get_by_text("Four inputs v2 is saved.")).to_be_visible()
    context.close()

    ops.get_by_label("Support burden: weight").fill("30")
    ops.get_by_role("button", name="Save draft").click()
    told = ops.get_by_role("alert")
    expect(told).to_contain_text("Ida Quay on")
    expect(told).to_contain_text("they saved “20”")
    expect(ops.get_by_label("Support burden: weight")).to_have_value("30")


def test_without_the_right_one_is_refused_politely(desk, errors):
    answer = desk.goto(LIST)
    assert answer is not None
    assert answer.status == 403
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    expect(desk.get_by_role("link", name="Today")).to_be_visible()
    errors.clear()  # the browser reports the 403 itself


@pytest.fixture(params=SCREENS)
def checked(request, browser, company, live_server):
    """A page that axe may be injected into, signed in as CS ops."""
    scheme, width = SCREENS[request.param]
    User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        base_url=live_server.url,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, "ops")
    yield page
    context.close()


def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(checked):
    begin_draft(checked)
    checked.get_by_label("Product engagement: weight").fill("5")
    checked.get_by_label("Champions: curve").fill("0 → 0, 4 → lots")
    checked.get_by_role("button", name="Save draft").click()
    for more in ("Keys of all measures", "How a score comes about"):
        checked.get_by_text(more, exact=True).click()
    found = {"wrong": looked_at(checked)}
    checked.get_by_label("Champions: curve").fill("0 → 0, 4 → 100")
    checked.get_by_role("button", name="Save draft").click()
    found["incomplete"] = looked_at(checked)
    checked.get_by_label("Support burden: weight").fill("55")
    checked.get_by_role("button", name="Save and preview on the portfolio").click()
    expect(checked.get_by_role("heading", name="Preview of Four inputs v2")).to_be_visible()
    draft = Scorecard.objects.get(key="four_inputs", version=2)
    first = Scorecard.objects.get(key="four_inputs", version=1)
    for path in (
        LIST,
        f"{LIST}{draft.pk}/preview/",
        f"{LIST}{draft.pk}/compare/",
        f"{LIST}{first.pk}/change/",
        f"{LIST}{first.pk}/back/",
    ):
        checked.goto(path)
        found[path] = looked_at(checked)
    assert found == dict.fromkeys(found, ([], 0))


def looked_at(page: Page) -> tuple[list[str], int]:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return violations(page), page.evaluate(wider)
