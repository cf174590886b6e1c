"""What would leave for an error collector: kind and place of an error, no words of people."""

import json
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from cs_platform.runtime import error_reports, logs

EVENT = {
    "event_id": "1",
    "level": "error",
    "user": {"email": "ada@example.com"},
    "request": {"url": "https://x/?q=Canary", "cookies": {"sessionid": "s"}, "data": "Canary"},
    "logentry": {"message": "Canary"},
    "breadcrumbs": {"values": [{"message": "Canary"}]},
    "extra": {"name": "Canary"},
    "transaction": "/tasks/{task_id}/",
    "exception": {
        "values": [
            {
                "type": "ValueError",
                "module": "builtins",
                "value": "Canary Quill is there twice",
                "stacktrace": {
                    "frames": [
                        {
                            "filename": "work.py",
                            "function": "run_job",
                            "lineno": 7,
                            "vars": {"name": "Canary"},
                            "context_line": "raise ValueError('Canary')",
                        }
                    ]
                },
            }
        ]
    },
}


def test_kind_and_place_leave_and_nothing_of_people():
    with logs.doing(job=9):
        sent = error_reports.impersonal(EVENT, {})
    assert "Canary" not in json.dumps(sent)
    assert "ada@" not in json.dumps(sent)
    assert set(sent) == {"event_id", "level", "exception", "transaction", "tags"}
    (error,) = sent["exception"]["values"]
    (frame,) = error["stacktrace"]["frames"]
    assert (error["type"], frame["filename"], frame["lineno"]) == ("ValueError", "work.py", 7)
    assert sent["tags"]["job_id"] == "9"


def test_a_line_of_a_log_is_no_error_report():
    assert error_reports.impersonal({"logentry": {"message": "Canary"}}, {}) is None


def test_a_dsn_without_the_package_refuses_the_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="sentry-sdk is not installed"):
        error_reports.start(dsn="https://key@collector.example/1", release="0")
