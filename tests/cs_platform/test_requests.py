"""Who asks is what our proxies say; an id goes through; each answer is a line and a count."""

import json
import logging

import pytest
from django.test import Client, RequestFactory
from prometheus_client import CollectorRegistry

from cs_platform.runtime import logs, request_metrics, requests
from cs_platform.runtime.configuration import networks

PROXY, STRANGER = "172.30.250.2", "203.0.113.66"


def seen(settings, *, sender: str, **headers: str) -> dict[str, str]:
    """What of the request a view gets to see."""
    settings.PROXIES = networks("CS_PROXIES", ["172.30.250.0/29"])
    found = {}

    def view(request):
        found.update(request.META)
        return None

    request = RequestFactory().get("/", REMOTE_ADDR=sender, headers=headers)
    requests.ForwardedMiddleware(view)(request)
    return found


def test_headers_of_the_proxy_count(settings):
    meta = seen(
        settings,
        sender=PROXY,
        **{"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"},
    )
    assert meta["REMOTE_ADDR"] == "198.51.100.7"
    assert meta["HTTP_X_FORWARDED_PROTO"] == "https"
    assert "HTTP_X_FORWARDED_FOR" not in meta


def test_headers_of_anybody_else_are_taken_away(settings):
    lies = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=127.0.0.1",
        "X-Real-Ip": "127.0.0.1",
    }
    meta = seen(settings, sender=STRANGER, **lies)
    assert meta["REMOTE_ADDR"] == STRANGER
    assert [name for name in meta if "FORWARDED" in name or "REAL_IP" in name] == []


def test_what_a_client_wrote_before_the_proxy_does_not_count(settings):
    forged = f"127.0.0.1, 10.0.0.1, {STRANGER}, 172.30.250.3"
    assert seen(settings, sender=PROXY, **{"X-Forwarded-For": forged})["REMOTE_ADDR"] == STRANGER


def test_an_id_goes_through_and_a_strange_one_is_replaced():
    given = Client().get("/healthz", headers={"X-Request-ID": "trace-12345"})
    assert given.headers["X-Request-ID"] == "trace-12345"
    for strange in ("short", "with space inside", "x" * 65, "line\tfeed-12345"):
        answer = Client().get("/healthz", headers={"X-Request-ID": strange})
        assert answer.headers["X-Request-ID"] != strange
        assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.django_db
def test_an_answered_request_is_one_line_without_its_address(caplog):
    with caplog.at_level(logging.INFO, logger="cs_platform.runtime.requests"):
        Client().get("/nowhere/at/all?q=ada@example.com", headers={"X-Request-ID": "trace-12345"})
    (record,) = [
        record for record in caplog.records if record.name == "cs_platform.runtime.requests"
    ]
    line = json.loads(logs.JsonFormatter().format(record))
    assert line["says"] == "GET unresolved"
    assert (line["route"], line["status"], line["method"]) == ("unresolved", 404, "GET")
    assert line["milliseconds"] >= 0


def probes_counted() -> float:
    registry = CollectorRegistry()
    request_metrics.register(registry)
    labels = {"route": "healthz", "status": "2xx"}
    return registry.get_sample_value("cs_request_seconds_count", labels) or 0


def test_probes_are_counted_but_not_written_down(caplog):
    before = probes_counted()
    with caplog.at_level(logging.INFO):
        Client().get("/healthz")
    assert [
        record for record in caplog.records if record.name == "cs_platform.runtime.requests"
    ] == []
    assert probes_counted() == before + 1


@pytest.mark.django_db
def test_lines_within_a_request_carry_its_id(client, caplog):
    formatter, lines = logs.JsonFormatter(), []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(formatter.format(record)))

    handler = Keep()
    logging.getLogger("django.request").addHandler(handler)
    try:
        client.get("/nowhere/", headers={"X-Request-ID": "trace-98765"})
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert {line["request_id"] for line in lines} == {"trace-98765"}
