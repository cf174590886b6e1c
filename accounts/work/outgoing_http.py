"""The one way by which the platform calls addresses that people have entered.

It looks the name up itself, refuses what is not on the public internet, calls exactly the address
it looked at (a name that is asked twice may answer differently), follows no redirect, and takes
neither long nor much.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings

CONNECT_SECONDS, CALL_SECONDS = 5, 15
LONGEST_ANSWER = 64 * 1024
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses that lead to one of the fourth version which they hold.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedUrlError(ValueError):
    """Nothing is sent there, now or later: no https, no public address, or a name and password."""


class CallFailedError(OSError):
    """Nobody answered in time, or not in HTTP; another try may be answered."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A redirect is an answer like any other: its status is 3xx."""

    status: int
    body: bytes


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
    """Raises RefusedUrlError, CallFailedError."""
    host, port, path, is_tls = _taken_apart(url)
    address = _looked_up(host, port)
    if not is_tls and not _is_named(address):
        raise RefusedUrlError("only https goes over the internet")
    deadline = time.monotonic() + CALL_SECONDS
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=CALL_SECONDS)
    pool = _pinned_connection_pool(str(address), port, host=host, is_tls=is_tls, timeout=timeout)
    try:
        response = pool.urlopen(
            "POST",
            path,
            body=body,
            headers={**headers, "Host": urlsplit(url).netloc, "User-Agent": "cs-platform"},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        return HttpAnswer(response.status, _read_until_deadline(response, deadline))
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise CallFailedError(type(error).__name__) from error
    finally:
        pool.close()


def check_url(url: str) -> None:
    """What is asked when an address is entered; a call asks it again. Raises RefusedUrlError."""
    host, port, _, is_tls = _taken_apart(url)
    try:
        address = _looked_up(host, port)
    except CallFailedError:
        return  # not reachable from here now: the call will tell
    if not is_tls and not _is_named(address):
        raise RefusedUrlError("only https goes over the internet")


def host_of(url: str) -> str:
    """What of an address may be shown. Raises RefusedUrlError."""
    return _taken_apart(url)[0]


def _taken_apart(url: str) -> tuple[str, int, str, bool]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedUrlError("this is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedUrlError("an address begins with https://")
    if parts.username is not None or parts.password is not None:
        raise RefusedUrlError("an address holds no name and password")
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port or (443 if is_tls else 80), path, is_tls


def _looked_up(host: str, port: int) -> Address:
    """The first of its addresses, where all of them may be called."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallFailedError("its name leads nowhere") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        if not (_is_public(address) or _is_named(address)):
            raise RefusedUrlError("its address is not on the public internet")
    return addresses[0]


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo
        inner = address.ipv4_mapped or address.sixtofour or (teredo and teredo[1])
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast


def _is_named(address: Address) -> bool:
    """Whoever runs the platform has named its network: a receiver beside it."""
    return any(address in network for network in settings.OUTGOING_NETWORKS)


def _pinned_connection_pool(
    address: str, port: int, *, host: str, is_tls: bool, timeout: urllib3.Timeout
) -> urllib3.HTTPConnectionPool:
    if not is_tls:
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=timeout,
        maxsize=1,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        server_hostname=host,
        assert_hostname=host,
    )


def _read_until_deadline(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """What drips for longer than a call may take is cut off."""
    read = b""
    while chunk := response.read1(LONGEST_ANSWER):
        read += chunk
        if time.monotonic() > deadline or len(read) > LONGEST_ANSWER:
            break
    return read[:LONGEST_ANSWER]
