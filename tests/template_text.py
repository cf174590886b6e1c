"""Gate: text in a template is marked for translation, and no line is longer than one can read."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 140
# The living page shows specimens: what they say is nobody's page, but its lines are read.
SPECIMENS = "design/"
# What a screen shows or a screen reader says.
_SAID = r"(?:title|aria-label|placeholder|alt|data-confirm)"
_ATTRIBUTE = re.compile(rf"""[\s\x00]{_SAID}=(?:"([^"]*)"|'([^']*)')""")
_VERBATIM = re.compile(r"<(code|kbd|script|style)\b[^>]*>.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENTITY = re.compile(r"&#?\w+;")
# Arguments of our tags and components that are words; the first one of these tags is.
_ARGUMENTS = re.compile(
    r"""\b(?:title|text|label|note|word|noun|action|period|unit)=("[^"]*"|'[^']*')"""
)
_FIRST = re.compile(r"""^(?:dash|sort_head|firstof .*)\s+("[^"]*"|'[^']*')""")
_DEFAULT = re.compile(r"""\|(?:default|default_if_none|add|yesno|join):("[^"]*"|'[^']*')""")
_PLURAL = re.compile(r"\|pluralize\b")


def findings(source: str) -> list[tuple[int, str]]:
    """Line and words of each text that no translator would see, and each line that is too long."""
    return sorted(unmarked(source) + too_long(source))


def too_long(source: str) -> list[tuple[int, str]]:
    return [
        (number, f"{len(line)} characters")
        for number, line in enumerate(source.split("\n"), start=1)
        if len(line) > LONGEST
    ]


def unmarked(source: str) -> list[tuple[int, str]]:
    """Line and words of each text that no translator would see."""
    shown, found = _shown(source)
    for pattern in (_VERBATIM, _ATTRIBUTE, _TAG):
        if pattern is _ATTRIBUTE:
            for attribute in _ATTRIBUTE.finditer(shown):
                found += _words(shown, attribute.start(), attribute[1] or attribute[2] or "")
        else:
            shown = pattern.sub(lambda cut: _blank(cut[0]), shown)
    for line in re.finditer(r"[^\n]+", shown):
        found += _words(shown, line.start(), line[0])
    return found


def _shown(source: str) -> tuple[str, list[tuple[int, str]]]:
    """The source with every tag, variable and translated text as blanks; what the tags say."""
    pieces, found, is_translated = [], [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            pieces.append(_blank(token.contents) if is_translated else token.contents)
            continue
        name = token.contents.split(" ", 1)[0]
        if token.token_type == TokenType.BLOCK and name in ("blocktranslate", "endblocktranslate"):
            is_translated = name == "blocktranslate"
        if token.contents == "block bodyclass" or (is_translated and name == "endblock"):
            is_translated = name == "block"  # classes, no words
        if token.token_type != TokenType.COMMENT and name != "comment":
            found += [(token.lineno, words) for words in _said_by(token)]
        pieces.append("\x00")
    return "".join(pieces), found


def _said_by(token: Token) -> list[str]:
    said = [*_DEFAULT.findall(token.contents), *_PLURAL.findall(token.contents)]
    if token.token_type == TokenType.BLOCK:
        said += [*_ARGUMENTS.findall(token.contents), *_FIRST.findall(token.contents)]
    return [words for words in said if _WORD.search(words)]


def _words(shown: str, start: int, text: str) -> list[tuple[int, str]]:
    if not _WORD.search(_ENTITY.sub("", text)):
        return []
    return [(shown.count("\n", 0, start) + 1, " ".join(text.replace("\x00", "…").split()))]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def templates(root: Path) -> list[Path]:
    return sorted(
        path for path in (root / "templates").rglob("*") if path.suffix in (".html", ".txt")
    )


def findings_of(path: Path) -> list[tuple[int, str]]:
    is_specimen = path.relative_to(ROOT / "templates").as_posix().startswith(SPECIMENS)
    return (too_long if is_specimen else findings)(path.read_text())


def main() -> int:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {words}"
        for path in templates(ROOT)
        for line, words in findings_of(path)
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
