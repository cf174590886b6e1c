"""The text format that Prometheus reads (version 0.0.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    labels: Mapping[str, str]
    value: float
    suffix: str = ""  # _bucket, _sum, _count of a histogram


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    says: str
    samples: tuple[Sample, ...]


def text_of(families: Iterable[Family]) -> str:
    return "".join(line + "\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    if not family.samples:
        return
    yield f"# HELP {family.name} {_escaped(family.says)}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{key}="{_quoted(text)}"' for key, text in sample.labels.items())
        where = f"{{{labels}}}" if labels else ""
        yield f"{family.name}{sample.suffix}{where} {_number(sample.value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def gauge(name: str, says: str, value: float | None) -> Family:
    """Without a value there is no line: an alert on absence says more than a zero."""
    samples = () if value is None else (Sample({}, value),)
    return Family(name, "gauge", says, samples)


def gauges(name: str, says: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Family:
    return Family(name, "gauge", says, tuple(Sample(labels, value) for labels, value in samples))
