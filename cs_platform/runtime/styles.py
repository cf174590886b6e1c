"""Stylesheets are written by component and served joined: one request a page instead of twenty.

A finder, so that `collectstatic` hashes and compresses a joined sheet like any other file, and
DEBUG and the tests serve exactly what an installation does (docs/design.md).
"""

from __future__ import annotations

import builtins
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

SOURCES = Path(__file__).parents[1] / "static/cs_platform/css"
# What each joined sheet is made of, in order: within a layer, later rules win.
SHEETS = {
    "cs_platform/joined/platform.css": (
        *("tokens", "base", "frame", "frame_phone", "forms", "components", "overlays", "states"),
        *("tables", "charts", "pages", "worklists", "account", "mail", "executive"),
        *("imports", "imports_columns", "imports_changes"),
        *("scorecards", "scorecards_draft", "scorecards_rules", "scorecards_preview"),
        *("builder", "surveys", "ops", "setup", "design", "touch", "forced_colors", "print"),
    ),
    "cs_platform/joined/admin.css": ("tokens", "admin", "admin_rooms"),
}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def joined(names: Iterable[str]) -> str:
    """The sources one after the other, without comments, indentation and empty lines."""
    text = "\n".join((SOURCES / f"{name}.css").read_text() for name in names)
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


class JoinedStyles(BaseFinder):
    """Finds the joined sheets, and joins one anew when a source of it has changed."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.CS_HOME / "styles")
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> builtins.list[CheckMessage]:
        named = {name for names in SHEETS.values() for name in names}
        there = {path.stem for path in SOURCES.glob("*.css")}
        if named == there:
            return []
        hint = "Name each file of static/cs_platform/css in SHEETS, and no other."
        different = ", ".join(sorted(named ^ there))
        return [
            Error(
                f"Stylesheets and their list differ: {different}.", hint=hint, id="cs_platform.E002"
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in SHEETS:
            return []
        found = self._write_joined_sheet(path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for path in SHEETS:
            self._write_joined_sheet(path)
            yield path, self.storage

    def _write_joined_sheet(self, path: str) -> str:
        """As new as its newest source, so that an unchanged sheet is not collected again."""
        newest = max((SOURCES / f"{name}.css").stat().st_mtime_ns for name in SHEETS[path])
        target = Path(self.storage.path(path))
        if not target.exists() or target.stat().st_mtime_ns != newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Several processes may join at once: each replaces the whole file.
            with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as file:
                file.write(joined(SHEETS[path]))
            made = Path(file.name)
            made.chmod(0o644)
            os.utime(made, ns=(newest, newest))
            made.replace(target)
        return str(target)
