"""docs/facts.md names every kind and field, and only those."""

import re
from pathlib import Path

from accounts.intake.specs import SPECS

PAGE = Path(__file__).parents[2] / "docs" / "facts.md"


def test_the_page_lists_every_field_whose_absence_says_something():
    table = PAGE.read_text().split("## What may refuse a record")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\w+) \| (`.+`) \|$", table, flags=re.MULTILINE)
    assert {kind: re.findall(r"`(\w+)`", fields) for kind, fields in rows} == {
        kind.value: telling
        for kind, spec in SPECS.items()
        if (telling := [field.name for field in spec.fields if field.is_telling])
    }


def test_the_page_lists_every_field_of_every_kind():
    tables = PAGE.read_text().split("## Fields by kind")[1].split("\n### ")[1:]
    found = {
        table.splitlines()[0]: re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
        for table in tables
    }
    assert found == {
        kind.value: [field.name for field in spec.fields] for kind, spec in SPECS.items()
    }
