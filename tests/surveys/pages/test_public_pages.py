"""What is asked of each public page as an auditor of pages asks it: size, what it loads, what it
says of itself, and how it is kept.
"""

import gzip
import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from surveys.models import SurveyBranding
from surveys.pictures import MOST_BYTES
from tests.surveys.engine.house import TEXTS
from tests.surveys.invitations import FURTHER, FURTHER_TEXTS, asked, link_of, nps

pytestmark = pytest.mark.django_db
MOST_OF_A_PAGE = 20_000
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50


class SpokenText(HTMLParser):
    """Tags with their attributes, in order, and the text of the title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.title = ""
        self._in_title = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._in_title = tag == "title"

    def handle_data(self, data):
        if self._in_title:
            self.title += data.strip()

    def handle_endtag(self, tag):
        self._in_title = False

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def pages():
    """By name: all that somebody with a link can see."""
    SurveyBranding.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Tallis", "colour": "#FFE066", "logo": LOGO[:MOST_BYTES],
            "logo_type": "image/png", "privacy_url": "https://tallis.example/privacy",
        },
    )  # fmt: skip
    texts = {code: text | {"further": FURTHER_TEXTS} for code, text in TEXTS.items()}
    invitation = asked(about=nps(further=FURTHER, texts=texts))
    link, stop = link_of(invitation), link_of(invitation, "survey_stop")
    client = Client(headers={"Accept-Encoding": "gzip, br"})
    found = {
        "form": client.get(f"{link}?score=7"),
        "wrong": client.post(link, {"score": "x", "comment": "words"}),
        "stop": client.get(stop),
        "closed": client.get("/s/nothing/"),
    }
    client.post(link, {"score": "9"})
    found["thanks"] = client.get(link)
    found["change"] = client.get(f"{link}?change=1")
    found["stopped"] = client.post(stop)
    return found


@pytest.fixture
def shown():
    return pages()


def text_of(page) -> str:
    assert page.headers["Content-Encoding"] == "gzip"
    return gzip.decompress(page.content).decode()


def test_a_page_and_all_it_loads_is_small_and_our_own(shown, client):
    for name, page in shown.items():
        heard = SpokenText(text_of(page))
        assert not heard.of("script"), name
        assert not heard.of("style"), name
        assert not [tag for tag, attrs in heard.tags for each in attrs if each.startswith("on")]
        loaded = [each["href"] for each in heard.of("link")]
        loaded += [each["src"] for each in heard.of("img")]
        assert all(address.startswith("/") for address in loaded), name
        assert not any(address.startswith("//") for address in loaded), name
        size = len(page.content) + sum(_size_of(client, address) for address in set(loaded))
        assert size < MOST_OF_A_PAGE, (name, size)


def _size_of(client, address: str) -> int:
    if address.startswith(settings.STATIC_URL):
        plain = re.sub(r"\.[0-9a-f]{12}\.", ".", address.removeprefix(settings.STATIC_URL))
        with open(finders.find(plain), "rb") as file:
            return len(gzip.compress(file.read()))
    loaded = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert loaded.status_code == 200
    return len(loaded.content)


def test_a_page_says_what_it_is(shown):
    for name, page in shown.items():
        text = text_of(page)
        heard = SpokenText(text)
        meta = {each["name"]: each["content"] for each in heard.of("meta") if "name" in each}
        assert text.startswith("<!doctype html>\n<html lang="), name
        assert 'charset="utf-8"' in text[:1024], name
        assert meta["viewport"] == "width=device-width, initial-scale=1", name
        assert heard.title, name
        assert len(heard.of("h1")) == 1, name
        assert len(heard.of("main")) == 1, name
        assert len(meta["description"]) > 10, name
        assert "{" not in meta["description"] + heard.title, name
        # A link is somebody's own: whoever finds it must not find it in a search.
        assert meta["robots"] == "noindex, nofollow", name
        assert all("alt" in each for each in heard.of("img")), name
        ids = [attrs["id"] for _, attrs in heard.tags if "id" in attrs]
        assert len(ids) == len(set(ids)), name


def test_every_field_has_a_label_and_every_link_has_words(shown):
    for name, page in shown.items():
        heard = SpokenText(text_of(page))
        labelled = {each.get("for") for each in heard.of("label")}
        for each in heard.of("textarea"):
            assert each["id"] in labelled, name
        assert not re.search(r"<(a|button)[^>]*>\s*</\1>", text_of(page)), name


def test_pages_are_kept_nowhere_and_what_they_load_for_a_year(shown, client):
    for name, page in shown.items():
        assert page.headers["Cache-Control"] == "no-store", name
        assert page.headers["X-Robots-Tag"] == "noindex", name
        assert page.headers["Referrer-Policy"] == "no-referrer", name
        assert "default-src 'self'" in page.headers["Content-Security-Policy"], name
        assert not page.cookies, name
    heard = SpokenText(text_of(shown["form"]))
    for address in [each["href"] for each in heard.of("link")] + [
        each["src"] for each in heard.of("img")
    ]:
        if not address.startswith(settings.STATIC_URL):
            kept = client.get(address).headers["Cache-Control"]
            assert "max-age=31536000" in kept
            assert "immutable" in kept
