"""Reading the environment: a secret may stand in a file that NAME_FILE points to."""

from __future__ import annotations

import ipaddress

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Environment(FileAwareMapping):  # type: ignore[misc]
    """Files of secrets usually end with a line break that is no part of the secret."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\r\n")


class Configuration(environ.Env):  # type: ignore[misc]
    ENVIRON = _Environment()


def networks(name: str, texts: list[str]) -> tuple[Network, ...]:
    """Addresses and networks; a mistyped one refuses the start, naming the setting."""
    try:
        return tuple(ipaddress.ip_network(text.strip()) for text in texts if text.strip())
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} has to be a comma list of addresses or networks, such as"
            f" 127.0.0.1,172.30.250.0/29: {error}"
        ) from error


def is_within(address: str, allowed: tuple[Network, ...]) -> bool:
    """False for what is no address, such as the empty one of a socket file."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in allowed)
