"""A public class name means one thing in the whole platform."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
_GIVEN = {"Command"}  # Django finds a management command by it


def defined_again(sources: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Public classes of more than one of these (place, source), with their places."""
    places = defaultdict(list)
    for place, source in sources:
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(place)
    return {name: at for name, at in places.items() if len(at) > 1 and name not in _GIVEN}


def test_a_public_class_is_defined_once():
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    code = [path for path in files if "migrations" not in path.parts]
    assert len(code) > 400
    assert defined_again((str(p.relative_to(ROOT)), p.read_text()) for p in code) == {}


def test_a_second_class_of_a_name_is_seen():
    again = [("a.py", "class Batch: ..."), ("b.py", "class Batch: ...\nclass _Batch: ...")]
    assert defined_again(again) == {"Batch": ["a.py", "b.py"]}
