"""Writes requirements-production.txt: requirements.txt without the bundled servers.

`python -m tests.production_lock --write` after requirements.txt changed; a test compares.
"""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-production.txt"
_NAME = re.compile(r"^([A-Za-z0-9._-]+)")


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> set[str]:
    """What the platform's own dependencies reach, by the metadata of what is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting = list(project["dependencies"])
    reached: set[str] = set()
    while waiting:
        text = waiting.pop()
        name = _key(_NAME.match(text)[1])
        extras = re.findall(r"\[([^\]]*)\]", text.split(";")[0])
        wanted = {extra.strip() for group in extras for extra in group.split(",")}
        if name in reached and not wanted:
            continue
        reached.add(name)
        try:
            found = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another Python version
            continue
        for line in found:
            asked = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
            if asked is None or asked[1] in wanted:
                waiting.append(line)
    return reached


def text() -> str:
    """The blocks (version, marker, hashes) as they stand in requirements.txt."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.txt").read_text().strip())
    names = needed()
    kept = [block for block in blocks if _key(_NAME.match(block)[1]) in names]
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        LOCK.write_text(text())
    sys.exit(0 if LOCK.exists() and LOCK.read_text() == text() else 1)
