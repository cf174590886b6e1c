"""A finger finds what it may press: 44 px high on a phone, but for links in running text."""

import pytest

from tests.browser.conftest import sign_in, watched

PAGES = ("/portfolio/", "/tasks/", "/today/", "/accounts/poorly/health/")
PHONE = {"width": 390, "height": 844}
FINGER = 44
# How high the place is that a tap on it reaches, whatever draws it: its box, its label, or what
# its link lays over a row. A link with words beside it on its line belongs to the text.
REACH = """
    (finger) => {
        const inText = (item) => getComputedStyle(item).display.startsWith('inline')
            && [...item.parentElement.childNodes].some(
                (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
        const isHit = (item, x, y) => {
            const found = document.elementFromPoint(x, y);
            const drawn = [item, ...(item.labels || [])];
            return !!found && drawn.some((part) => part.contains(found));
        };
        const height = (item) => {
            item.scrollIntoView({block: 'center', inline: 'center'});
            const box = item.getBoundingClientRect();
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            let above = 0, below = 0;
            while (above < finger && isHit(item, x, y - above - 0.5)) above++;
            while (below < finger && isHit(item, x, y + below + 0.5)) below++;
            return above + below;
        };
        return [...document.querySelectorAll('a, button, input, select, textarea, summary')]
            .filter((item) => item.checkVisibility({visibilityProperty: true}))
            .filter((item) => !item.closest('.visually-hidden, .skip-link') && !inText(item))
            .filter((item) => height(item) < finger)
            .map((item) => `${height(item)} px: ${item.outerHTML.slice(0, 120)}`);
    }
"""


@pytest.fixture
def phone(browser, company, live_server, errors):
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, base_url=live_server.url
    )
    page = watched(context, errors)
    sign_in(page)
    yield page
    context.close()
    assert errors == []


def test_what_is_pressed_is_as_high_as_a_finger(phone):
    for address in PAGES:
        phone.goto(address)
        assert phone.evaluate("matchMedia('(pointer: coarse)').matches")
        assert phone.evaluate(REACH, FINGER) == [], address
