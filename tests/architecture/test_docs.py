"""The documents keep their promises: examples run, decisions stay short, settings are named."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_worked_examples_come_out_as_written(document):
    failed, _ = doctest.testfile(
        str(document), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert failed == 0


@pytest.mark.parametrize("name", ["health.md", "metrics.md", "playbooks.md", "surveys.md"])
def test_the_documents_of_the_maths_have_worked_examples(name):
    examples = doctest.DocTestParser().get_examples((ROOT / "docs" / name).read_text())
    assert len(examples) >= 5


@pytest.mark.parametrize("adr", ADRS, ids=lambda adr: adr.name)
def test_a_decision_fits_on_25_lines(adr):
    assert len(adr.read_text().splitlines()) <= 25


def test_decisions_are_numbered_without_gaps():
    numbers = [int(adr.name[:4]) for adr in ADRS]
    assert numbers == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("document", [ROOT / "README.md", *DOCS], ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


_FLOORS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")
_PATH = re.compile(rf"`((?:{'|'.join(_FLOORS)}|tests|templates)/[\w/.-]*)`")


@pytest.mark.parametrize("document", [*DOCS, *ADRS], ids=lambda document: document.name)
def test_files_and_folders_that_are_named_are_there(document):
    named = set(_PATH.findall(document.read_text()))
    assert {name for name in named if not any(path.exists() for path in _ways(name))} == set()


def _ways(name):
    """A module may be named without its ending."""
    return [ROOT / name, ROOT / f"{name.rstrip('/')}.py"]


def test_the_newcomers_walk_never_steps_down_a_floor():
    text = (ROOT / "docs" / "architecture.md").read_text()
    walk = text[text.index("## A walk") : text.index("## Where to look first")]
    apps = re.findall(r"\| `(\w+)/[\w/]+\.py`", walk)
    floors = [_FLOORS.index(app) for app in apps]
    assert len(floors) >= 10
    assert floors == sorted(floors)


def test_every_setting_from_the_environment_is_documented():
    source = (ROOT / "cs_platform" / "settings.py").read_text()
    names = set(re.findall(r"(?:env\.\w+|_configured_value)\(\s*\"([A-Z_]+)\"", source))
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert len(names) >= 10
    assert {name for name in names if f"`{name}`" not in documented} == set()
