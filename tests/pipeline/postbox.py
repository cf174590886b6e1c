"""What a mail server was given in a drill, on which day, and who died over it."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.mail_server import MailServer
from tests.pipeline.stack import Stack


@dataclass(frozen=True, slots=True)
class Letter:
    """`day` is what the test calls the day it came on."""

    day: Any
    key: str
    to: str
    subject: str
    text: str


class Postbox:
    """Within `killing` whoever sends dies at every so many letters, once the server has them."""

    def __init__(self, server: MailServer, *, day: Any) -> None:
        self.came: list[Letter] = []
        self.deaths = 0
        self.day = day
        self._stack: Stack | None = None
        self._every = 0
        self._lock = threading.Lock()
        server.on_letter = self._take

    def _take(self, letter: Message) -> None:
        # The link under it is signed anew each time.
        text = letter.get_payload(decode=True).decode().split("To hear no more")[0]
        key, to = letter["Message-ID"].strip(), letter["To"]
        with self._lock:
            self.came.append(Letter(self.day, key, to, letter["Subject"], text))
            if self._stack is not None and len(self.came) % self._every == 0:
                for sender in ("worker", "dispatcher"):
                    self._stack.kill(sender, random.Random())
                self.deaths += 1

    @contextmanager
    def killing(self, stack: Stack, *, every: int) -> Iterator[None]:
        self._stack, self._every = stack, every
        yield
        self._stack = None

    def letters(self) -> list[Letter]:
        """Each once, as it came first."""
        return list({letter.key: letter for letter in reversed(self.came)}.values())

    @property
    def doubles(self) -> int:
        return len(self.came) - len(self.letters())
