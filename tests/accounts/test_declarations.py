"""What apps declare about themselves is collected, and true."""

import pytest
from django.apps import apps
from django.urls import resolve

from accounts.declarations import NoAddressError, address_of, platform_apps

ADDRESSES = [each for app in platform_apps() for each in app.addresses.items()]


def test_every_app_of_ours_declares():
    ours = {"accounts", "surveys", "health", "playbooks", "metrics", "cs_platform"}
    assert {app.label for app in platform_apps()} == ours


@pytest.mark.parametrize(("model", "address"), ADDRESSES)
def test_an_address_is_a_route_with_one_argument(model, address):
    assert apps.get_model(model)
    match = resolve(address.format(7))
    assert [str(value) for value in match.kwargs.values()] == ["7"]


def test_a_row_is_shown_by_one_app():
    models = [model for model, _ in ADDRESSES]
    assert sorted(models) == sorted(set(models))


def test_an_account_is_shown_on_the_page_of_the_top_floor():
    assert address_of("accounts.Account", "acme-1") == "/accounts/acme-1/"


def test_what_no_app_shows_has_no_address():
    with pytest.raises(NoAddressError):
        address_of("accounts.Holiday", 1)
