"""The catalogue of measures is complete, and the page that explains it is the code's."""

import re
from pathlib import Path

from health.measures import MEASURES
from health.measures.parameters import PERCENTILE, ParameterKind
from health.queries.scorecards import in_force

PAGE = Path(__file__).parent.parent.parent / "docs" / "health.md"


def test_every_measure_is_documented_as_it_is_registered():
    documented = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    rows = {
        f"| `{key}` | {d.name} | {d.unit} | {', '.join(d.sources)} | {d.raw} | {d.empty} |"
        f" {d.missing} |"
        for key, d in ((d.written, d) for d in MEASURES.families())
    }

    assert rows <= set(documented)


def test_no_measure_is_documented_that_does_not_exist():
    catalogue = PAGE.read_text().split("| measure |")[1].split("\n\n")[0]

    written = {definition.written for definition in MEASURES.families()}
    assert set(re.findall(r"^\| `([^`]+)`", catalogue, re.MULTILINE)) == written


def test_shipped_scorecards_use_registered_measures_only(library):
    used = {key for card in in_force().values() for key in card.spec.raw_keys}

    assert len(used) > 20
    assert all(key in MEASURES for key in used)


def test_every_parameter_is_documented_as_it_is_registered():
    page = PAGE.read_text()
    rows = {
        f"| `{parameter.key}` | {parameter.name} | {values(parameter)} | {used_by(parameter)} |"
        for definition in MEASURES.families()
        for parameter in definition.parameters
    }

    rows.add(f"| `percentile` | Compared | {values(PERCENTILE)} | every measure |")
    assert len(rows) > 6
    assert rows <= set(page.splitlines())


def values(parameter):
    """What may be chosen, the default first told as such."""
    match parameter.kind:
        case ParameterKind.FEATURE:
            return "key of a feature"
        case ParameterKind.EVENT_KIND:
            return "key of a kind of business event"
        case ParameterKind.CHOICE:
            said = ", ".join(parameter.choices)
        case ParameterKind.DAYS:
            said = ", ".join(parameter.choices) or "1 to 365"
    return f"{said}; {parameter.default} if nothing is chosen"


def used_by(parameter):
    by_key = sorted(MEASURES.families(), key=lambda d: d.key)
    return ", ".join(f"`{d.key}`" for d in by_key if parameter in d.parameters)
