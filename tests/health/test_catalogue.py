"""The catalogue of measures is complete, and the page that explains it is the code's."""

import re
from pathlib import Path

from health.measures import MEASURES
from health.queries.scorecards import in_force

PAGE = Path(__file__).parent.parent.parent / "docs" / "health.md"


def test_every_measure_is_documented_as_it_is_registered():
    documented = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    rows = {
        f"| `{key}` | {d.name} | {d.unit} | {', '.join(d.sources)} | {d.raw} | {d.empty} |"
        f" {d.missing} |"
        for key, d in MEASURES.items()
    }

    assert rows <= set(documented)


def test_no_measure_is_documented_that_does_not_exist():
    catalogue = PAGE.read_text().split("| measure |")[1].split("\n\n")[0]

    assert set(re.findall(r"^\| `(\w+)`", catalogue, re.MULTILINE)) == set(MEASURES)


def test_shipped_scorecards_use_registered_measures_only(library):
    used = {key for card in in_force().values() for key in card.spec.raw_keys}

    assert len(used) > 20
    assert used <= set(MEASURES)
