"""What a first visit loads: compressed, far-future cached, below 150 kB."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.page_house import add_task, sign_in

LIMIT = 150_000
_ASSET = re.compile(r"""(?:href|src)="/static/([^"#]+)""")
_SHEET = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)">')
_FONT = re.compile(r"""url\("\.\./(fonts/[^"]+)"\)""")


def assets(html: str) -> set[str]:
    """Every file a page asks for, the font of the stylesheet and the sprite of icons included."""
    named = set(_ASSET.findall(html))
    styles = Path(finders.find("cs_platform/css/tokens.css")).read_text()
    return named | {f"cs_platform/{font}" for font in _FONT.findall(styles)}


def weight(name: str) -> int:
    """As served: fonts are compressed already."""
    data = Path(finders.find(name)).read_bytes()
    return len(data) if name.endswith(".woff2") else len(gzip.compress(data))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actor", "page"), [("csm", "today"), ("csm", "account"), ("executive", "executive")]
)
def test_a_first_load_stays_below_150_kb(client, house, actor, page):
    for number in range(30):
        add_task(house.accounts["own"], house.people["csm"], title=f"Call number {number}")
    sign_in(client, house.people[actor])
    html = client.get(reverse(page, args=["acc-own"] if page == "account" else [])).content
    loaded = assets(html.decode())
    assert {"cs_platform/js/app.js", "cs_platform/icons.svg"} <= loaded
    assert _SHEET.findall(html.decode()) == ["cs_platform/joined/platform.css"]
    assert any(name.endswith(".woff2") for name in loaded)
    taken = {name: weight(name) for name in loaded} | {"the page": len(gzip.compress(html))}
    assert sum(taken.values()) < LIMIT, sorted(taken.items(), key=lambda item: -item[1])


@pytest.mark.django_db  # closing an answer looks after connections
def test_static_files_are_compressed_ahead_and_kept_for_ever(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    (hashed,) = (path for path in (tmp_path / "cs_platform/joined").glob("platform.*.css"))
    assert hashed.with_suffix(".css.gz").exists()
    assert not (tmp_path / "cs_platform/css/base.css").exists()  # nobody asks for it
    assert "fonts/inter-latin-wght-normal." in hashed.read_text()
    served = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    address = f"/static/{hashed.relative_to(tmp_path)}"
    answer = served(RequestFactory().get(address, headers={"Accept-Encoding": "gzip"}))
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    answer.close()
