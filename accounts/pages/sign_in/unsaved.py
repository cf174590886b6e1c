"""What somebody typed into a form when their session had run out: kept until they save it.

In the session on the server, for as long as a session lives, and only for who signed in last in
this browser: of anybody else nothing is stored. Fields only: no file, no password, no token.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import asdict, dataclass

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.ui.request_kind import wants_page, wants_part

FIELD = "unsaved"
"""Names a kept form in what saves it or throws it away."""
MOST_FORMS = 5
MOST_BYTES = 20_000
_SESSION_KEY = "unsaved"
_NEVER_KEPT = re.compile(rf"password|token|secret|^{FIELD}$", re.IGNORECASE)
# What a form carries along, and nobody typed: kept, but not shown.
_CARRIED = re.compile(r"^_|^initial-|^next$|^hide_account$|-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$")
# What a choice sends, such as meeting_booked.
_CODE = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Unsaved:
    id: str
    person: int
    action: str
    """The address that it was posted to."""
    back: str
    """The page that it stood on."""
    at: float
    """Seconds since 1970, in real time."""
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[tuple[str, str]]:
        return shown(self.fields)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What can be kept of a form; nothing of one that cannot be kept whole."""
    if request.FILES or not (wants_page(request) or wants_part(request)):
        return []
    found = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not _NEVER_KEPT.search(name)
    ]
    size = sum(len(text.encode()) for field in found for text in field)
    return found if size <= MOST_BYTES else []


def shown(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels and texts, without what the form carried along or left empty."""
    return [
        (_in_words(name), _in_words(value) if _CODE.fullmatch(value) else value)
        for name, value in fields
        if value.strip() and not _CARRIED.search(name)
    ]


def _in_words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def keep(request: HttpRequest, *, person: int | None, back: str) -> bool:
    """Whether it is kept: once, however often it is sent, and the oldest of too many goes."""
    fields = typed(request)
    if person is None or not fields:
        return False
    action = request.get_full_path()
    kept = Unsaved(secrets.token_hex(8), person, action, back, time.time(), fields)
    others = [f for f in _unsaved_forms(request) if (f.action, f.fields) != (action, fields)]
    _store_unsaved_forms(request, [*others, kept][-MOST_FORMS:])
    return True


def forms_of(request: HttpRequest, user: User) -> list[Unsaved]:
    """Of this person and not out of date, the latest first."""
    begun = time.time() - settings.SESSION_COOKIE_AGE
    mine = [form for form in _unsaved_forms(request) if form.person == user.pk and form.at > begun]
    return mine[::-1]


def claim(request: HttpRequest, user: User) -> bool:
    """Whether something waits for who has just signed in; what is somebody else's goes."""
    mine = forms_of(request, user)
    if FIELD in request.session:
        _store_unsaved_forms(request, mine[::-1])
    return bool(mine)


def drop(request: HttpRequest, form_id: str) -> Unsaved | None:
    """The form that was kept, of whoever has this session."""
    found = next((form for form in _unsaved_forms(request) if form.id == form_id), None)
    if found is not None:
        _store_unsaved_forms(request, [form for form in _unsaved_forms(request) if form != found])
    return found


def _unsaved_forms(request: HttpRequest) -> list[Unsaved]:
    """A session comes back as JSON: pairs as lists."""
    return [
        Unsaved(**{**form, "fields": [(name, value) for name, value in form["fields"]]})
        for form in request.session.get(_SESSION_KEY, [])
    ]


def _store_unsaved_forms(request: HttpRequest, forms: list[Unsaved]) -> None:
    request.session[_SESSION_KEY] = [asdict(form) for form in forms]
