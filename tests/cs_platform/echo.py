"""A WSGI application that says what it was given, for tests of the server below it."""

import hashlib
import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

PAGE = 200_000  # bytes, as the longest pages have
LONG = 32_000_000


def application(environ, start_response) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path.startswith("/until/"):  # a thread is busy for as long as a test wants
        file = Path(unquote(path.removeprefix("/until")))
        while not file.exists():
            time.sleep(0.02)
    if path in ("/page", "/long"):
        size = PAGE if path == "/page" else LONG
        start_response("200 OK", [("Content-Length", str(size))])
        return (b"x" * 50_000 for _ in range(size // 50_000))
    body, error = b"", ""
    try:
        if path != "/unread":
            body = environ["wsgi.input"].read()
    except OSError as problem:
        error = type(problem).__name__
    said = json.dumps(
        {
            "path": path,
            "read": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "error": error,
            "thread": threading.current_thread().name.partition("_")[0].partition("-")[0],
        }
    ).encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
