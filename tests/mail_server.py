"""A mail server on this machine that speaks just enough SMTP, and keeps what it was given."""

import socketserver
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

END = b".\r\n"


class MailServer(socketserver.ThreadingTCPServer):
    """Meets every recipient with `answer`, but knows none of those `refused`; `letters` holds what
    came.

    `on_letter` is called with each letter once it is kept, before its sender is told.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer = b"250 ok\r\n"
        self.refused: Collection[str] = ()
        self.letters: list[Message] = []
        self.on_letter: Callable[[Message], object] = lambda _letter: None

    @property
    def url(self) -> str:
        """For EMAIL_URL of a process."""
        host, port = self.server_address[:2]
        return f"smtp://{host}:{port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed in the middle is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line.split(b":")[0].strip().upper()
            if word == b"RCPT TO":
                is_known = not any(f"<{to}>".encode() in line for to in self.server.refused)
                self.wfile.write(self.server.answer if is_known else b"550 nobody\r\n")
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = list(self._lines())
                if lines[-1:] != [END]:
                    return  # cut off: nothing was taken
                letter = message_from_bytes(b"".join(lines[:-1]))
                self.server.letters.append(letter)
                self.server.on_letter(letter)
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

    def _lines(self) -> Iterator[bytes]:
        """Up to the one that ends the letter, where it came so far."""
        for text in self.rfile:
            if text == END:
                yield text
                return
            yield text.removeprefix(b".")


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def mail_server(settings) -> Iterator[MailServer]:
    """Runs one, and has the platform send to it."""
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
