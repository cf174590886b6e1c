"""Stylesheets by component, served joined."""

import os

import pytest
from django.contrib.staticfiles import finders

from cs_platform.runtime import styles

PLATFORM, ADMIN = styles.SHEETS


@pytest.fixture
def sources(tmp_path, settings, monkeypatch):
    """Two sources of a sheet of their own."""
    settings.CS_HOME = tmp_path / "home"
    monkeypatch.setattr(styles, "SOURCES", tmp_path)
    monkeypatch.setattr(styles, "SHEETS", {"joined/all.css": ("one", "two")})
    for name, colour in (("one", "red"), ("two", "blue")):
        path = tmp_path / f"{name}.css"
        path.write_text(f"/* {name} */\np {{\n  color: {colour};\n}}\n")
        os.utime(path, (1_000, 1_000))
    return tmp_path


def read(finder):
    with open(finder.find("joined/all.css")) as sheet:
        return sheet.read()


def test_the_sources_stand_one_after_the_other_without_comments(sources):
    assert read(styles.JoinedStyles()) == "p {\ncolor: red;\n}\np {\ncolor: blue;\n}\n"


def test_a_changed_source_is_joined_anew_and_an_unchanged_one_keeps_its_time(sources):
    finder = styles.JoinedStyles()
    read(finder)
    joined = sources / "home/styles/joined/all.css"
    assert joined.stat().st_mtime == 1_000
    (sources / "two.css").write_text("b {}\n")
    os.utime(sources / "two.css", (2_000, 2_000))
    assert read(finder).endswith("b {}\n")
    assert joined.stat().st_mtime == 2_000


def test_a_source_that_no_sheet_names_is_told_at_the_start(sources):
    assert styles.JoinedStyles().check() == []
    (sources / "three.css").write_text("b {}\n")
    [error] = styles.JoinedStyles().check()
    assert "three" in error.msg


@pytest.mark.parametrize("sheet", [PLATFORM, ADMIN])
def test_a_joined_sheet_is_found_like_any_static_file(sheet):
    with open(finders.find(sheet)) as found:
        text = found.read()
    assert text.startswith("@layer tokens")
    assert "/*" not in text
    assert text.count("{") == text.count("}")


def test_other_files_are_left_to_the_other_finders():
    assert not styles.JoinedStyles().find("cs_platform/js/app.js")
    assert finders.find("cs_platform/js/app.js")
