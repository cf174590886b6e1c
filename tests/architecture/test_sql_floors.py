"""SQL reads tables of its own floor and of those below, as imports do (docs/architecture.md).

The import checker does not look into strings: a table named there would be an import nobody sees.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
_NAME = re.compile(rf"\b(?:{'|'.join(FLOORS)})_\w+")


def tables() -> dict[str, str]:
    """The app of each table."""
    models = apps.get_models(include_auto_created=True)
    return {m._meta.db_table: m._meta.app_label for m in models if m._meta.app_label in FLOORS}


def named(source: str, known: dict[str, str]) -> Iterator[str]:
    """Tables that are named in the strings of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in _NAME.findall(node.value) if name in known)


def above(source: str, app: str, known: dict[str, str]) -> set[str]:
    """Those of them that stand on a higher floor."""
    return {
        table for table in named(source, known) if FLOORS.index(known[table]) > FLOORS.index(app)
    }


def test_no_sql_reads_a_table_of_a_higher_floor():
    known, found = tables(), {}
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and (upwards := above(path.read_text(), app, known)):
                found[str(path.relative_to(ROOT))] = upwards
    assert found == {}


def test_a_table_of_a_higher_floor_is_seen():
    planted = 'SQL = f"""SELECT {x} FROM playbooks_play p JOIN accounts_account a ON true"""'
    assert above(planted, "health", tables()) == {"playbooks_play"}
    assert above(planted, "playbooks", tables()) == set()
