"""Gate: templates hold no script, style or handler that the Content-Security-Policy refuses."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFUSED = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I),
    "inline style element": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b|\bhx-vals\s*=\s*[\"']js:", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
}
# Mail is no page: no policy stands over it, and it has no stylesheet.
ALLOWED_IN_MAIL = frozenset({"style attribute"})


def findings(text: str) -> list[tuple[int, str]]:
    """Line and name of each thing that would be refused in the browser."""
    return sorted(
        (text.count("\n", 0, found.start()) + 1, name)
        for name, pattern in REFUSED.items()
        for found in pattern.finditer(text)
    )


def templates(root: Path) -> list[Path]:
    skipped = {".venv", ".local"}
    return sorted(
        path
        for path in root.rglob("*.html")
        if "templates" in path.parts and not skipped & set(path.relative_to(root).parts)
    )


def is_mail(template: Path) -> bool:
    return template.parent == ROOT / "templates" / "mail"


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in templates(ROOT)
        for line, name in findings(path.read_text())
        if not (is_mail(path) and name in ALLOWED_IN_MAIL)
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
