"""Where the code says which index a statement uses, and what it says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
_MARK = "Uses index:"


def comments() -> dict[str, str]:
    """What is said after the mark, by “module:name” of the constant or function that says it.

    The indexes that a statement uses are named up to the first full stop.
    """
    found: dict[str, str] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            text = path.read_text()
            if _MARK in text:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                for name, said in _of(text):
                    place = f"{module.removesuffix('.__init__')}:{name}"
                    found[place] = " ".join((found.get(place, ""), said.partition(". ")[0])).strip()
    return found


def _of(text: str) -> Iterator[tuple[str, str]]:
    lines, body = text.splitlines(), ast.parse(text).body
    for number, line in enumerate(lines, start=1):
        if _MARK not in line:
            continue
        said = [line.partition(_MARK)[2]]
        for following in lines[number:]:
            if not re.match(r"\s*#", following):
                break
            said.append(following.strip("# "))
        yield _owner(body, number), " ".join(said)


def _owner(body: list[ast.stmt], number: int) -> str:
    """The function around the line, else the statement that comes next."""
    for statement in body:
        if (statement.end_lineno or 0) < number:
            continue
        if isinstance(statement, ast.ClassDef) and statement.lineno <= number:
            return f"{statement.name}.{_owner(statement.body, number)}"
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            return statement.name
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        assert isinstance(target, ast.Name), f"line {number}: whose index is that?"
        return target.id
    raise AssertionError(f"line {number}: nothing follows")
