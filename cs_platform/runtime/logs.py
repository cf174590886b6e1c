"""What a log line says: when, where, which request or job. Ids, never people.

Nothing here needs Django, so that gunicorn writes the same lines before the platform is loaded.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")

# A guard behind the rule: what looks like an address of a person is taken out of any line.
_ADDRESS = re.compile(r"[^\s@<>\"'=(]+@[^\s@<>\"',;)]+\.[^\s@<>\"',;)]+")
# Words that addresses of the platform are made of; set once Django is ready, before that none.
address_words: Callable[[], frozenset[str]] = frozenset
# Who writes down what was asked for without saying which request it was.
_SERVERS = ("gunicorn", "django.server")
_ROW_ID = re.compile(r"[0-9]{1,10}")
_PATH_IN_TEXT = re.compile(r"(https?://[^/\s]*|(?<=\s))(/\S*)")
# What libraries attach to a record that a machine can count by.
_FIELDS = ("route", "method", "status", "milliseconds", "user", "task", "kind")


@contextmanager
def doing(*, job: object) -> Iterator[None]:
    """Lines written within carry the job's id."""
    token = job_id.set(str(job))
    try:
        yield
    finally:
        job_id.reset(token)


def redacted(text: str) -> str:
    return _ADDRESS.sub("[address]", text)


def masked_path(path: str) -> str:
    """The address with “…” for whatever is no word of ours and no row's number.

    A path may hold a secret, such as the link to a new password; where no route matches it, too.
    """
    words = address_words()
    kept = [
        segment if segment in words or _ROW_ID.fullmatch(segment) else "…" if segment else ""
        for segment in path.partition("?")[0].split("/")
    ]
    return "/".join(kept)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines that collect lines of people's work."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": _safe_message(record),
        }
        found: dict[str, object] = {"request_id": _request_of(record), "job_id": job_id.get()}
        found |= {name: getattr(record, name, None) for name in _FIELDS}
        line |= {name: value for name, value in found.items() if value not in (None, "")}
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line |= {"error": _error_classes(error), "where": _traceback_lines(error)}
        return json.dumps(line, ensure_ascii=False, default=str)


def _safe_message(record: logging.LogRecord) -> str:
    """Celery repeats the words of an error in its message: the task's name is enough."""
    data = getattr(record, "data", None)
    if record.name == "celery.app.trace" and record.exc_info and isinstance(data, dict):
        return f"task {data.get('name')} failed"
    return redacted(_masked_message(record))


def _masked_message(record: logging.LogRecord) -> str:
    """Django and the servers give the path of what was asked for as an argument of their line."""
    if not (hasattr(record, "request") or record.name.startswith(_SERVERS)):
        return record.getMessage()
    if not isinstance(record.args, tuple) or not record.args:
        return _with_masked_paths(record.getMessage())
    told = tuple(
        _with_masked_paths(value) if isinstance(value, str) else value for value in record.args
    )
    return str(record.msg) % told


def _with_masked_paths(text: str) -> str:
    """A path as a whole, since it may hold spaces; else paths within, as of a referrer."""
    if text.startswith("/"):
        return masked_path(text)
    return _PATH_IN_TEXT.sub(lambda found: found[1] + masked_path(found[2]), text)


def _request_of(record: logging.LogRecord) -> str:
    """Django writes its line about an answer when the request has left our middleware."""
    return request_id.get() or getattr(getattr(record, "request", None), "id", "")


def _error_classes(error: BaseException) -> str:
    """Its class and its causes'; never its words, which may quote a customer's."""
    names = []
    found: BaseException | None = error
    while found is not None:
        names.append(f"{type(found).__module__}.{type(found).__qualname__}")
        found = found.__cause__
    return " from ".join(names)


def _traceback_lines(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


class PlainFormatter(logging.Formatter):
    """For the terminal of `make demo`: what logging writes, and the id of a request or job."""

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"[{value}]" for value in (_request_of(record), job_id.get()) if value)
        return redacted(f"{super().format(record)} {ids}".rstrip())

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _masked_message(record)
        return super().formatMessage(record)


def configuration(*, style: str, level: str) -> dict[str, object]:
    """Django's LOGGING. A line for every request is for machines, not for a terminal."""
    formatter = "JsonFormatter" if style == "json" else "PlainFormatter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": f"cs_platform.runtime.logs.{formatter}",
                "format": "%(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own console and mail handlers would say everything a second time.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "cs_platform.runtime.requests": {"level": "INFO" if style == "json" else "WARNING"},
        },
    }
