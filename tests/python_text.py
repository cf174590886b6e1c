"""Gate: what pages, admin and charts say in Python is marked for translation."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where code puts words in front of people.
SHOWN = (
    *("*/pages/**/*.py", "*/admin/*.py", "*/admin.py", "accounts/ui/**/*.py"),
    *("accounts/loading/merge.py", "health/actions.py", "cs_platform/previews/publication.py"),
)
# Files and metrics are read by other programs, by names that no language changes; the living page
# shows specimens.
NOT_SHOWN = (
    "accounts/pages/imports/refused_rows.py",
    "cs_platform/pages/design.py",
    "cs_platform/pages/probes/",
    "metrics/pages/executive/csv",
    "playbooks/admin/example.py",
)
# Classes of a stylesheet begin like this.
_CLASSES = re.compile(r"^(chart|spark)[ -]")
# Not read by anybody.
MACHINE_WORDS = {"Merged into ", "a person signed in here", "by hand:", "share of "}
_MARKS = frozenset(
    "_ gettext gettext_lazy gettext_noop ngettext ngettext_lazy pgettext pgettext_lazy".split()
)
_SENTENCE = re.compile(r"[^\W\d_]{2,}[,.:]? [“\"]?[^\W\d_]")
_SQL = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|UPDATE|ORDER BY|GROUP BY)\b")


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """Line and words of each text of two words or more that no translator would see."""
    tree = ast.parse(source)
    silent = set(_silent(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            text = node.value
            is_words = _SENTENCE.search(text) and not _SQL.search(text) and "<" not in text
            if is_words and text not in MACHINE_WORDS and not _CLASSES.match(text):
                yield node.lineno, text


def _silent(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, what is marked, and what goes into the log."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            texts = (line.value for line in body if isinstance(line, ast.Expr))
            yield from (text for text in texts if isinstance(text, ast.Constant))
        if isinstance(node, ast.Call) and _is_marked_or_logged(node.func):
            yield from (inner for argument in node.args for inner in ast.walk(argument))


def _is_marked_or_logged(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in _MARKS
    return isinstance(called, ast.Attribute) and ast.unparse(called.value) in ("log", "logger")


def sources(root: Path) -> list[Path]:
    found = {path for pattern in SHOWN for path in root.glob(pattern)}
    return sorted(
        path for path in found if not path.relative_to(root).as_posix().startswith(NOT_SHOWN)
    )


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {words!r}"
        for path in sources(ROOT)
        for line, words in sorted(unmarked(path.read_text()))
    ]
    if found:
        sys.stdout.write("Mark these for translation (gettext, gettext_lazy, ngettext):\n")
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
