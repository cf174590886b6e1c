"""COPY runs in one place, where the driver's errors become Django's."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")


def test_no_other_module_copies_on_the_drivers_cursor():
    files = [file for app in CODE for file in (ROOT / app).rglob("*.py")]
    assert len(files) > 200
    found = {str(f.relative_to(ROOT)) for f in files if ".copy_" in f.read_text()}
    assert found == {"accounts/postgres_copy.py"}
