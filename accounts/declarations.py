"""What an app declares about itself, for the apps below that act on it without knowing it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import ClassVar

from django.apps import AppConfig, apps

from accounts.personal_data import PersonalData


class PlatformApp(AppConfig):
    """The configuration of each app of the platform.

    An `apps` module imports this module, not the class: Django takes the one configuration that
    it finds there.
    """

    default_auto_field = "django.db.models.BigAutoField"

    signal_consumers: ClassVar[tuple[str, ...]] = ()
    """Who in this app deals with signals: each is delivered every signal once."""

    signals_heard: ClassVar[Mapping[str, str]] = {}
    """By consumer how the kinds begin that it is delivered, where it deals with no others."""

    personal_data: ClassVar[PersonalData] = PersonalData()
    """Every column of text of this app, and what an erasure does to it."""

    addresses: ClassVar[Mapping[str, str]] = {}
    """Where this app shows a row, by model (`app.Model`), which may be one of an app below; `{}`
    stands for what names the row."""

    moves_account: ClassVar[str] = ""
    """Dotted path of what this app does when one account is merged into another: a function
    `(merged, into, *, now)` that answers rows by what they are."""

    adds_to_messages: ClassVar[str] = ""
    """Dotted path of what this app adds to messages to customers as they go out: a function
    `(message)` that answers an `accounts.work.additions.MessageAddition`, or None for messages of
    others. It is asked each time a message is sent, and may refuse with ValueError."""

    fact_tables: ClassVar[str] = ""
    """Dotted path of the kinds of records that are stored in tables of this app: a mapping of
    `Kind` to `accounts.loading.stored_kinds.StoredKind`, each kind in one app.

    A new kind whose table belongs to an app above `accounts` takes a member of `Kind` and what is
    valid (`accounts/intake/specs`), which name no table; then, in that app, say `surveys`, a
    `FactTable`, the functions `before` and `after` it is written, where there are any,

        FACT_TABLES = {Kind.ANSWERS: StoredKind(ANSWERS, after=emit_answers)}

    in `surveys/loading/tables.py`, and `fact_tables = "surveys.loading.tables.FACT_TABLES"` in its
    `apps.py`. Files, uploads, checks and requests then load that kind like any other.
    """


class NoAddressError(LookupError):
    """No app shows rows of this model on a page of their own."""


def platform_apps() -> list[PlatformApp]:
    return [config for config in apps.get_app_configs() if isinstance(config, PlatformApp)]


def signal_consumers() -> dict[str, str]:
    """By consumer how the kinds begin that it is delivered; empty: all."""
    return {
        consumer: app.signals_heard.get(consumer, "")
        for app in platform_apps()
        for consumer in app.signal_consumers
    }


def personal_data() -> PersonalData:
    """Of all apps."""
    return reduce(add, (app.personal_data for app in platform_apps()), PersonalData())


def address_of(model: str, key: object) -> str:
    """The path of the page that shows this row: an account by its external id, others by theirs."""
    for app in platform_apps():
        if model in app.addresses:
            return app.addresses[model].format(key)
    raise NoAddressError(model)
