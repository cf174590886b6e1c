"""Signals are emitted in one place: written anywhere else they would be delivered to nobody."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
_WRITES = re.compile(
    r"INSERT INTO accounts_signal\w*"
    r"|\bSignal(?:Delivery)?\.objects\.(?:bulk_|get_or_|update_or_)?create"
)


def emitters() -> set[str]:
    sources = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return {
        str(path.relative_to(ROOT))
        for path in sources
        if "migrations" not in path.parts and _WRITES.search(path.read_text())
    }


def test_signals_are_written_by_the_one_that_delivers_them():
    assert emitters() == {"accounts/work/signals.py"}
