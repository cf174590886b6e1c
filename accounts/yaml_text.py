"""YAML that somebody wrote: whatever is wrong with it is one kind of error."""

from __future__ import annotations

from typing import Any

import yaml


class NotYamlError(ValueError):
    """Says what is wrong and, where the parser knows, in which line."""


def parse(text: str) -> Any:
    """Plain data. Raises NotYamlError, also for a day such as 2024-02-30 and for what is nested
    deeper than the parser can follow."""
    try:
        return yaml.safe_load(text)
    except RecursionError as error:
        raise NotYamlError("it is nested too deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        raise NotYamlError(str(error)) from error
