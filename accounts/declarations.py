"""What an app declares about itself, for the apps below that act on it without knowing it."""

from __future__ import annotations

from typing import ClassVar

from django.apps import AppConfig, apps


class PlatformApp(AppConfig):
    """The configuration of each app of the platform.

    An `apps` module imports this module, not the class: Django takes the one configuration that
    it finds there.
    """

    default_auto_field = "django.db.models.BigAutoField"

    signal_consumers: ClassVar[tuple[str, ...]] = ()
    """Who in this app deals with signals: each is delivered every signal once."""


def platform_apps() -> list[PlatformApp]:
    return [config for config in apps.get_app_configs() if isinstance(config, PlatformApp)]


def signal_consumers() -> list[str]:
    return [consumer for app in platform_apps() for consumer in app.signal_consumers]
