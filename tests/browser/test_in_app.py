"""A message in somebody else's page: another origin, its own styles, a strict policy."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from accounts.models import Account, OutboxMessage, Touch
from tests.browser.conftest import AXE, watched
from tests.in_app import make_person, make_site, sign, wait_in_product

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>
<link rel="stylesheet" href="/page.css">
<script src="{api}/in-app/v1/in_app.js" data-token="{token}" data-close="Schließen" defer></script>
</head><body><main><h1>Shop</h1><p>Words</p><label>Search <input autofocus></label></main></body>
</html>"""
# What some product may have: nothing of it may reach the card, nor the card's styles the page.
CSS = "div, section, p, button, a { font-size: 40px; position: static; letter-spacing: 9px; }"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {api}; connect-src {api};"
    " require-trusted-types-for 'script'"
)


class Product:
    """A web server of its own, on another port."""

    def __init__(self, api: str) -> None:
        self.api, self.token = api, sign()
        product = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_page = self.path == "/"
                text = PAGE.format(api=product.api, token=product.token) if is_page else CSS
                self.send_response(200)
                self.send_header("Content-Type", "text/html" if is_page else "text/css")
                self.send_header("Content-Security-Policy", POLICY.format(api=product.api))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_args: object) -> None:
                """Not on the console."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def product(live_server, transactional_db):
    made = Product(live_server.url)
    make_site(origins=[made.origin])
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def message(product) -> OutboxMessage:
    bo = make_person(Account.objects.create(external_id="acme", name="Acme"))
    words = f"Large exports are faster.\nSee {product.origin}/news now. <b>1 < 2</b>"
    return wait_in_product(bo, now=datetime.now(UTC), subject="Exports", body=words)


@pytest.fixture(params=[("light", 1280), ("dark", 390), ("light", 320)], ids=str)
def page(request, browser, errors):
    scheme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 700}, color_scheme=scheme, reduced_motion="reduce"
    )
    yield watched(context, errors)
    context.close()
    assert errors == []


def row_of(message: OutboxMessage) -> OutboxMessage:
    message.refresh_from_db()
    return message


def test_it_is_shown_closed_and_not_shown_again(page, product, message):
    page.goto(product.origin)
    card = page.get_by_role("region", name="Exports")
    expect(card).to_contain_text("Large exports are faster.")
    expect(card).to_contain_text("<b>1 < 2</b>")  # words, no markup
    expect(page.get_by_label("Search")).to_be_focused()
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert card.evaluate("card => getComputedStyle(card).letterSpacing") == "normal"
    assert page.locator("main p").evaluate("p => getComputedStyle(p).fontSize") == "40px"
    close = page.get_by_role("button", name="Schließen")
    size = close.bounding_box()
    assert (round(size["width"]), round(size["height"])) == (44, 44)

    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [rule["id"] for rule in found] == []

    with page.expect_response("**/dismissed"):
        close.click()
    expect(card).to_have_count(0)
    assert row_of(message).sent_at < message.dismissed_at
    with page.expect_response("**/in-app/v1/messages"):
        page.reload()
    expect(card).to_have_count(0)
    assert Touch.objects.count() == 1
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_keyboard_closes_it(page, product, message):
    page.goto(product.origin)
    card = page.get_by_role("region", name="Exports")
    expect(card.get_by_role("link")).to_be_visible()
    page.keyboard.press("Tab")
    expect(card.get_by_role("link")).to_be_focused()
    with page.expect_response("**/dismissed"):
        page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_two_windows_show_it_and_a_link_ends_it(page, product, message):
    page.goto(product.origin)
    expect(page.get_by_role("region", name="Exports")).to_be_visible()
    second = page.context.new_page()
    second.goto(product.origin)
    link = second.get_by_role("link", name=f"{product.origin}/news")
    with second.expect_response("**/clicked"), second.expect_popup() as opened:
        link.click()
    assert opened.value.evaluate("window.opener") is None
    assert row_of(message).clicked_at is not None
    assert Touch.objects.count() == 1


def test_a_page_that_is_not_listed_shows_nothing(browser, live_server, product, message):
    stranger = Product(live_server.url)
    page = browser.new_context().new_page()
    with page.expect_event("requestfailed", lambda request: "/messages" in request.url):
        page.goto(stranger.origin)
    expect(page.get_by_role("region")).to_have_count(0)
    assert row_of(message).state == "new"
    page.context.close()
    stranger.server.shutdown()
    stranger.server.server_close()
