"""The script that products include, as it is served: its source without comments and margins."""

from __future__ import annotations

import hashlib
from pathlib import Path

MOST_BYTES = 2_048
SOURCE = Path(__file__).with_name("in_app_script.js")


def served_script(source: str) -> bytes:
    """Only whole lines of comment go: no line of the source means something by its indentation."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


SCRIPT = served_script(SOURCE.read_text())
DIGEST = hashlib.sha256(SCRIPT).hexdigest()
