"""A name of 200 letters, and a word of 500 in any text, spoil no page for those who see it."""

from __future__ import annotations

from datetime import timedelta
from pprint import pformat

import pytest

from accounts.models import Account, Contact, ImportRun, Interaction, Ticket, User
from tests.browser.conftest import PASSWORD, sign_in
from tests.page_house import DAY, NOW, add_task

NAME, WORD = "W" * 200, "M" * 500
WIDTHS = (1440, 390, 320)
PAGES = (
    "/today/",
    "/portfolio/?owner=all",
    "/tasks/?whose=all",
    "/accounts/poorly/",
    "/accounts/poorly/health/",
    "/accounts/poorly/timeline/",
    "/accounts/poorly/people/",
    "/accounts/poorly/revenue/",
    "/accounts/poorly/surveys/ask/",
    "/accounts/poorly/tasks/",
    "/executive/",
    "/executive/accounts/",
    "/executive/health/",
    "/executive/renewals/",
    "/executive/week/",
    "/imports/",
    "/ops/",
    "/notifications/",
)
ADMIN = ("/admin/accounts/account/", "/admin/accounts/contact/", "/admin/playbooks/play/")

# The page itself does not scroll sideways; what a table does not show can be scrolled to, and the
# column that stays leaves room for the others.
SPOILED = """() => {
    const page = document.documentElement;
    const found = [];
    if (page.scrollWidth > page.clientWidth) {
        const wide = [...document.body.querySelectorAll('*')].filter(
            e => e.getBoundingClientRect().right > page.clientWidth + 1 && !e.closest('.table-wrap')
        );
        found.push(`page ${page.scrollWidth} in ${page.clientWidth}: `
            + wide.slice(0, 3).map(e => e.tagName + '.' + e.className).join(' '));
    }
    for (const wrap of document.querySelectorAll('.table-wrap, #changelist .results')) {
        const room = wrap.clientWidth;
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(wrap).overflowX);
        if (wrap.scrollWidth > room + 1 && !scrolls) {
            found.push(`table ${wrap.scrollWidth} in ${room}, which does not scroll`);
        }
        for (const cell of wrap.querySelectorAll('tbody > tr > :first-child')) {
            const width = cell.getBoundingClientRect().width;
            const stays = getComputedStyle(cell).position === 'sticky';
            if (wrap.scrollWidth > room && stays && cell.colSpan === 1 && width > room * 0.75) {
                found.push(`first column ${Math.round(width)} of ${room}`);
            }
        }
    }
    return found.slice(0, 4);
}"""


@pytest.fixture
def long_words(company: User) -> None:
    User.objects.create_user("ops@demo.example", PASSWORD, name="O" * 120, role="ops")
    account = Account.objects.get(external_id="poorly")
    account.name, account.industry, account.tags = NAME, "I" * 80, ["T" * 40]
    account.save(update_fields=["name", "industry", "tags"])
    Contact.objects.create(
        account=account,
        external_id="C",
        name=NAME,
        title="V" * 120,
        email=f"{'m' * 60}@w.example",
        language="zh-Hant-TW",
        met_on=DAY,
    )
    Ticket.objects.create(
        account=account, external_id="T", subject="S" * 300, opened_at=NOW, category="defect"
    )
    Interaction.objects.create(
        account=account, external_id="I", kind_id="call", occurred_at=NOW - timedelta(days=1),
        subject="S" * 300, notes=WORD, next_step="N" * 300,
    )  # fmt: skip
    add_task(account, company, title="A" * 160, due=NOW - timedelta(days=1))
    ImportRun.objects.create(kind="accounts", source="F" * 80, started_at=NOW)
    assert account.renews_on > DAY


@pytest.mark.parametrize("width", WIDTHS)
def test_long_words_break_or_end_and_leave_the_rest_in_reach(
    browser, live_server, long_words, width
):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, base_url=live_server.url
    )
    page = context.new_page()
    sign_in(page, "ops")
    spoiled = {}
    for address in (*PAGES, *(ADMIN if width == 1440 else ())):
        answer = page.goto(address)
        assert answer.status == 200, address
        if found := page.evaluate(SPOILED):
            spoiled[address] = found
    context.close()
    assert not spoiled, pformat(spoiled)
