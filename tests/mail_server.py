"""A mail server on this machine that speaks just enough SMTP, and keeps what it was given."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """Meets every recipient with `answer`; `letters` holds what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer = b"250 ok\r\n"
        self.letters: list[Message] = []


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line.split(b":")[0].strip().upper()
            if word == b"RCPT TO":
                self.wfile.write(self.server.answer)
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.letters.append(message_from_bytes(b"".join(self._lines())))
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return

    def _lines(self) -> Iterator[bytes]:
        for text in self.rfile:
            if text == b".\r\n":
                return
            yield text.removeprefix(b".")


@contextmanager
def mail_server(settings) -> Iterator[MailServer]:
    """Runs one, and has the platform send to it."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
