"""A playbook as the YAML its author writes: written without what says nothing, and read with the
line of whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import yaml

from accounts.yaml_text import NotYamlError, parse
from playbooks.library.definition_reader import LONGEST_FILE

_INDEX = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


class TextProblem(NamedTuple):
    """`line` from 1; None where none can be named."""

    line: int | None
    message: str


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, which one can edit."""


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)


def write_text(content: Mapping[str, Any]) -> str:
    """`content` has the shape of `Playbook.as_mapping`."""
    steps = [_without_empty_values(step) for step in content["steps"]]
    told = {
        **_without_empty_values({**content, "steps": ()}),
        "triggers": content["triggers"],
        "steps": steps,
    }
    return yaml.dump(told, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _without_empty_values(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value not in (None, "", [], {}, ())}


def read_text(text: str) -> tuple[Any, list[TextProblem]]:
    """Plain data, or why it is none."""
    if len(text) > LONGEST_FILE:
        return None, [TextProblem(None, f"A playbook has at most {LONGEST_FILE} characters.")]
    try:
        return parse(text), []
    except NotYamlError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else None
        return None, [TextProblem(line, f"This is not YAML: {str(error).splitlines()[0]}")]


def with_lines(text: str, problems: Iterable[str]) -> list[TextProblem]:
    """Each problem with the line of its field, or of the nearest part around it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [TextProblem(_line_of_problem(root, problem), problem) for problem in problems]


def _line_of_problem(root: yaml.Node | None, problem: str) -> int | None:
    place = problem.partition(": ")[0]
    node, line = root, None
    for name, number in _INDEX.findall(place):
        found = _mapping_entry(node, name)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
        if number and isinstance(node, yaml.SequenceNode) and int(number) <= len(node.value):
            node = node.value[int(number) - 1]
            line = node.start_mark.line + 1
    return line


def _mapping_entry(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)
