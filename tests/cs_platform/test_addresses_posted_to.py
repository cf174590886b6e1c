"""An address that is posted to, opened as a page: it leads to the page it belongs to."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.urls import resolve, reverse

from cs_platform.runtime.routes import routes
from health.models import RuleSet, Scorecard
from health.publishing import install_library
from playbooks.models import Playbook
from tests.permission_house import NOW, build_house
from tests.permission_objects import make_object

PAGES = yaml.safe_load((Path(__file__).parent.parent / "permissions.yaml").read_text())["pages"]
# Something for each kind of argument; whether it is there does not matter before the method does.
_SAMPLES = {"int": "7", "path": "7", "slug": "accounts", "str": "7", "account_id": "acc-own"}
_ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>")


def _sample_of(address: str) -> str:
    """An address as the pattern takes it; regular expressions keep their first alternative."""
    if "(?P<" in address:
        address = address.replace("^", "").replace("$", "")
        address = re.sub(r"\(\?P<\w+>\[[^\]]+\]\+\)", "7", address)
        address = re.sub(r"\(\?P<\w+>\.\*\)", "nothing-here", address)
        address = re.sub(r"\(\?P<\w+>(\w+)[^)]*\)", r"\1", address)
    return "/" + _ARGUMENT.sub(lambda found: _SAMPLES[found[1] or "str"], address)


# No page is among them: programs post there.
FOR_MACHINES = ("/api/", "/hooks/", "/in-app/v1/")
ADDRESSES = sorted({_sample_of(address) for _name, address, _entry in routes()})
ACTIONS = sorted(name for name, _address, entry in routes() if getattr(entry.callback, "page", ""))


@pytest.fixture
def house(client, db):
    house = build_house()
    client.force_login(house.people["ops"], backend="django.contrib.auth.backends.ModelBackend")
    return house


def test_every_address_of_the_platform_is_asked():
    assert len(ADDRESSES) > 150
    for address in ADDRESSES:
        resolve(address)


@pytest.mark.parametrize("method", ["get", "head"])
def test_no_address_refuses_to_be_opened(client, house, method):
    refused = [
        address
        for address in ADDRESSES
        if not address.startswith(FOR_MACHINES)
        and getattr(client, method)(address).status_code == 405
    ]
    assert refused == []


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_leads_to_a_page_that_is_there(client, house, name):
    led = client.get(_address_of(name, house))
    assert led.status_code == 302
    assert not getattr(resolve(urlsplit(led.headers["Location"]).path).func, "page", "")
    assert client.get(led.headers["Location"], follow=True).status_code == 200


def _address_of(name, house):
    """Of an object that is there: as the permission matrix makes it, or a published version."""
    if not name.startswith("admin:"):
        kinds = PAGES[name].get("args", {})
        made = {a: make_object(kind, house=house, place="own") for a, kind in kinds.items()}
        return reverse(name, kwargs=PAGES[name].get("fixed", {}) | made)
    if name == "admin:logout":
        return reverse(name)
    install_library(now=NOW)
    make_object("play", house=house, place="own")
    if name == "admin:health_ruleset_draft":
        return reverse(name)
    model = RuleSet if "ruleset" in name else Playbook if "playbook" in name else Scorecard
    return reverse(name, args=[model.objects.first().pk])
