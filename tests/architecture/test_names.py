"""Names that can be searched for: of classes, private functions and modules."""

import ast
import re
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


_OF_DJANGO = {"_cull"}  # overrides a method of Django's cache
_NOUNS = {"column_mapping", "mapping", "offering", "onboarding", "planning"}


def one_word_functions(source: str) -> list[str]:
    """Private functions and methods whose name is a single word: none can be searched for."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    names = [node.name for node in found if re.fullmatch(r"_[a-z0-9]+", node.name)]
    return [name for name in names if name not in _OF_DJANGO]


def code_files() -> list[Path]:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in files if "migrations" not in path.parts]


def test_a_private_function_has_a_name_of_two_words_or_more():
    found = {str(p.relative_to(ROOT)): one_word_functions(p.read_text()) for p in code_files()}
    assert {place: names for place, names in found.items() if names} == {}


def test_a_module_is_named_by_a_noun():
    gerunds = [path for path in code_files() if path.stem.endswith("ing")]
    assert [str(p.relative_to(ROOT)) for p in gerunds if p.stem not in _NOUNS] == []


def test_a_name_of_one_word_is_seen():
    source = "def _rows(): ...\ndef _open_rows(): ...\nclass A:\n    def _add(self): ..."
    assert one_word_functions(source) == ["_rows", "_add"]
