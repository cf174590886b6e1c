"""Asks the cells of the permission matrix, in batches: refusals and looks change no row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpResponseBase
from django.template.backends.django import Template
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import reverse

from accounts.models import Installation
from tests.permission_house import ACTORS, House, everything_stored
from tests.permission_matrix import ROWS, Cell, cells, expected, may_change
from tests.permission_objects import make_object


class Asker:
    """One actor, signed in once, with an object of each kind and place made beforehand."""

    def __init__(self, house: House, actor: str, *, tokens: dict[str, str]) -> None:
        self.cells = list(cells(actor))
        self._house = house
        self._objects: dict[tuple[str, str], Any] = {}
        self._headers = {} if actor in ACTORS else {"Authorization": f"Bearer {tokens[actor]}"}
        self._addresses = {
            (cell.route, cell.place): self._address(cell.route, cell.place) for cell in self.cells
        }
        self._factory, self._handler = RequestFactory(), ClientHandler(enforce_csrf_checks=False)
        self._handler.load_middleware()
        self._person = house.people.get(actor)
        if self._person is not None:
            client = Client()
            client.force_login(self._person, backend=settings.AUTHENTICATION_BACKENDS[0])
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            self._factory.cookies[settings.SESSION_COOKIE_NAME] = cookie

    def _address(self, route: str, place: str) -> str:
        row = ROWS[route]
        arguments = {
            argument: self._object(kind, place) for argument, kind in row.get("args", {}).items()
        } | row.get("fixed", {})
        if "/" not in route:
            return reverse(route, kwargs=arguments)
        return "/" + row.get("address", route).replace(
            "<path:object_id>", str(arguments.get("object_id"))
        )

    def _object(self, kind: str, place: str) -> Any:
        if (kind, place) not in self._objects:
            made = make_object(kind, house=self._house, place=place)
            self._objects[kind, place] = made
        return self._objects[kind, place]

    def address_of(self, cell: Cell) -> str:
        return self._addresses[cell.route, cell.place]

    def ask(self, cell: Cell) -> HttpResponseBase:
        """As a browser does, without a CSRF token: what asks for one is not what is asked here."""
        form = ROWS[cell.route].get("post") or {}
        ask = getattr(self._factory, cell.method.lower())
        data = form if cell.method == "POST" else None
        request = ask(self.address_of(cell), data, headers=self._headers)
        request._dont_enforce_csrf_checks = True
        return self._handler.get_response(request)

    def problems(self) -> list[str]:
        """What is not as the matrix says, with the team's books open and then closed.

        Who is signed in is read once, not for each of thousands of requests.
        """
        read = mock.Mock(side_effect=lambda _pk: copy(self._person))
        with mock.patch.object(ModelBackend, "get_user", read):
            found = self._problems([cell for cell in self.cells if cell.reads == "read"])
            Installation.objects.update(visibility="own")
            return found + self._problems([cell for cell in self.cells if cell.reads != "read"])

    def _problems(self, asked: list[Cell]) -> list[str]:
        """What is expected to change something is undone each time, all else at most once.

        Most pages are not made: what a page shows is not asked here, only that a refusal shows
        nothing. That of the admin is always the same, and comes before any of its views.
        """
        writes = [cell for cell in asked if may_change(cell)]
        looks = [cell for cell in asked if not may_change(cell)]
        found = self._changing_nothing([cell for cell in looks if _is_shown(cell)])
        with mock.patch.object(Template, "render", return_value=""):
            found += self._changing_nothing([cell for cell in looks if not _is_shown(cell)])
            for cell in writes:
                with _undone():
                    found += self._judge(cell)
        return found

    def _changing_nothing(self, asked: list[Cell]) -> list[str]:
        """One look at all tables for all of them; where it differs, halves name the cell."""
        if not asked:
            return []
        with _undone():
            before = everything_stored()
            found = [problem for cell in asked for problem in self._judge(cell)]
            if everything_stored() == before:
                return found
        if len(asked) == 1:
            return [*found, f"{asked[0]} changed a row"]
        half = len(asked) // 2
        return self._changing_nothing(asked[:half]) + self._changing_nothing(asked[half:])

    def _judge(self, cell: Cell) -> list[str]:
        answer, wanted = self.ask(cell), expected(cell)
        if answer.status_code not in wanted:
            return [f"{cell} answers {answer.status_code}, not {wanted}"]
        is_refused = answer.status_code >= 400 and not answer.streaming
        if is_refused and b"secret-" in answer.content:
            return [f"{cell} tells of what it refuses"]
        return []


def _is_shown(cell: Cell) -> bool:
    is_shut_out = cell.actor != "ops" and ROWS[cell.route]["room"] == "admin"
    return cell.method in ("GET", "POST") and not is_shut_out


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
