"""Each gate of `make check` is seen to fail when what it guards is broken, and to say where."""

import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.inline_free import findings

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform", "templates")
FILES = ("Makefile", "manage.py", "pyproject.toml")
TOOLS = ("tests/inline_free.py", "tests/migrations_match.py", "tests/template_text.py")


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the sources, with our environment, that may be broken."""
    copy = tmp_path_factory.mktemp("gates")
    for name in KEPT:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tests").mkdir()
    for name in (*FILES, *TOOLS):
        shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / ".mypy_cache").exists():
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")
    subprocess.run(["git", "init", "-q", str(copy)], check=True)
    return copy


def gate(tree: Path, name: str) -> tuple[int, str]:
    answer = subprocess.run(
        ["make", "-s", f"check-{name}"], cwd=tree, capture_output=True, text=True, check=False
    )
    return answer.returncode, answer.stdout + answer.stderr


def appended(text: str) -> Callable[[str], str]:
    return lambda source: source + text


@pytest.mark.parametrize(
    ("name", "path", "change", "says"),
    [
        ("format", "accounts/work/jobs.py", appended("x = {  'a':1 }\n"), "jobs.py"),
        ("lint", "accounts/work/jobs.py", appended("\n\nprint('here')\n"), "T201"),
        (
            "lint",
            "accounts/work/jobs.py",
            appended("\n\ndef f(x: str) -> str:\n    return f'SELECT id FROM {x} WHERE 1'\n"),
            "S608",
        ),
        (
            "security",
            "accounts/work/jobs.py",
            appended("\n\nimport pickle\n\nUNPACKED = pickle.loads(b'')\n"),
            "B301",
        ),
        (
            "types",
            "accounts/work/jobs.py",
            appended("\n\nx: int = 'text'\n"),
            "accounts/work/jobs.py",
        ),
        ("contracts", "accounts/work/jobs.py", appended("\n\nimport health.models\n"), "BROKEN"),
        (
            "contracts",
            "health/pages/rules/views.py",
            appended("\n\nimport health.pages.scorecards.lists\n"),
            "health.pages.rules is not allowed to import health.pages.scorecards",
        ),
        (
            "migrations",
            "accounts/models/installation.py",
            lambda source: source.replace("max_length=120", "max_length=121"),
            "Alter field name on installation",
        ),
        ("templates", "templates/base.html", appended("{%if x%}{%endif%}\n"), "base.html"),
        ("templates", "templates/base.html", appended("<p>Unmarked</p>\n"), "Unmarked"),
        ("inline", "templates/base.html", appended("<p style='a'></p>\n"), "style attribute"),
        ("inline", "templates/mail/letter.html", appended("<script>a</script>\n"), "inline script"),
    ],
)
def test_a_gate_fails_when_what_it_guards_is_broken(tree, name, path, change, says):
    file = tree / path
    intact = file.read_text()
    file.write_text(change(intact))
    assert file.read_text() != intact
    try:
        code, said = gate(tree, name)
    finally:
        file.write_text(intact)
    assert code != 0
    assert says in said


def test_every_family_of_pages_stands_in_a_contract():
    """A list of independent modules says nothing of one that is missing in it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    named = [each.get("modules", ()) for each in contracts["contracts"]]
    families = [each.parent.relative_to(ROOT) for each in ROOT.glob("*/pages/*/__init__.py")]
    assert len(families) > 15
    wanted = {".".join(each.parts) for each in families}
    assert wanted - {name for names in named for name in names} == set()


def test_an_address_of_a_package_source_is_refused(tree):
    (tree / "notes.md").write_text("see files." + "python" + "hosted.org\n")
    subprocess.run(["git", "add", "notes.md"], cwd=tree, check=True)
    code, said = gate(tree, "names")
    (tree / "notes.md").unlink()
    assert code != 0
    assert "notes.md" in said


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("<script>go()</script>", "inline script"),
        ("<style>p {}</style>", "inline style element"),
        ('<p class="a" style="color: red">', "style attribute"),
        ('<a onclick="go()">', "event handler"),
        ('<a hx-on:click="go()">', "hx-on"),
        ('<a href="javascript:go()">', "javascript: address"),
    ],
)
def test_what_the_browser_would_refuse_is_found(line: str, name: str):
    assert (2, name) in findings(f"<p>fine</p>\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        '<script src="/static/a.js" defer></script>',
        '<script id="points" type="application/json">[1]</script>',
        '<p class="style">on time = good</p>',
        '<option value="on">once = 1</option>',
    ],
)
def test_what_the_browser_runs_is_left_alone(line: str):
    assert findings(line) == []
