"""A receiver of webhooks on this machine: keeps what it is sent and answers as it is told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cs_platform.runtime.configuration import networks


class Receiver(ThreadingHTTPServer):
    """`answers` are taken one a request, the last one again and again: a status, or a status and a
    place to go. `hang` seconds pass before each; `drip` sends a byte a tenth of a second."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers: list[int | tuple[int, str]] = [200]
        self.hang = 0.0
        self.drip = 0
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?for=cs"


class _Request(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, body))
        time.sleep(self.server.hang)
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        status, place = answer if isinstance(answer, tuple) else (answer, "")
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", str(self.server.drip or 2))
        self.end_headers()
        for _ in range(self.server.drip):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.1)
        if not self.server.drip:
            self.wfile.write(b"ok")

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def receiver(settings) -> Iterator[Receiver]:
    """Runs one, and has its network named as one that may be called."""
    settings.OUTGOING_NETWORKS = networks("CS_OUTGOING_NETWORKS", ["127.0.0.0/8"])
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
