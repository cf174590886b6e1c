"""docker-compose.yml as Compose would read it: interpolated, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<how>:\?|:-)(?P<word>[^}]*))?\})"
)


class RefusedError(RuntimeError):
    """A required variable is missing."""


def load(environment: Mapping[str, str]) -> dict[str, Any]:
    return _interpolated(yaml.safe_load(FILE.read_text()), environment)


def _interpolated(node: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _interpolated(value, environment) for key, value in node.items()}
    if isinstance(node, list):
        return [_interpolated(value, environment) for value in node]
    return interpolate(node, environment) if isinstance(node, str) else node


def interpolate(text: str, environment: Mapping[str, str]) -> str:
    """`${A:?why}` refuses an empty or missing A, `${A:-b}` falls back, `$$` is a dollar."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        given = environment.get(found["name"], "")
        if given or found["how"] is None:
            return given
        if found["how"] == ":?":
            raise RefusedError(f"{found['name']}: {found['word']}")
        return found["word"]

    return _VARIABLE.sub(value, text)


def example() -> dict[str, str]:
    """deploy/environment.example with its secrets filled in as it says."""
    values = {}
    for line in (ROOT / "deploy/environment.example").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            values[name] = value
    secret = {
        name for name, value in values.items() if name.endswith(("KEY", "PASSWORD")) and not value
    }
    return values | {
        name: f"{index:02d}e1f2a3b4c5d6" * 5 for index, name in enumerate(sorted(secret))
    }
