"""Which metrics there are beside requests. Labels are words of ours, and few: never a person or an
account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from cs_platform.scheduling.readings import Night, SystemStatus


class Families:
    """What a `CollectorRegistry` collects: families that were built before."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self.families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        return iter(self.families)


def gauge(name: str, documentation: str, value: float | None) -> Metric:
    """Without a value there is no line: an alert on absence says more than a zero."""
    return gauges(name, documentation, () if value is None else [({}, value)])


def gauges(
    name: str, documentation: str, samples: Iterable[tuple[Mapping[str, str], float]]
) -> Metric:
    family = GaugeMetricFamily(name, documentation)
    for labels, value in samples:
        family.add_sample(name, dict(labels), value)
    return family


def build(*, version: str, commit: str) -> Metric:
    labels = {"version": version, "commit": commit}
    return gauges("cs_build_info", "Version that answers.", [(labels, 1)])


def of_reading(found: SystemStatus) -> list[Metric]:
    sources = [
        ({"source": feed.source}, (found.today - feed.latest_day).days)
        for feed in found.sources
        if feed.latest_day is not None
    ]
    return [
        *_of_queues(found),
        *_of_processes(found),
        gauges("cs_source_age_days", "Days since the latest fact of a source.", sources),
        *_of_night(found.night, found.at),
        *_of_invariants(found),
    ]


def _of_queues(found: SystemStatus) -> list[Metric]:
    jobs = [({"kind": row.kind, "state": row.state}, row.count) for row in found.jobs]
    outbox = [
        ({"state": "waiting"}, found.messages.count),
        ({"state": "dead"}, found.dead_messages),
    ]
    oldest = {
        "job": (found.due, "How long the oldest due job waits."),
        "dirty_account": (found.dirty, "How long the first account to rescore waits."),
        "message": (found.messages, "How long the oldest due message waits."),
    }
    return [
        gauges("cs_jobs", "Jobs that are new, leased or dead.", jobs),
        gauge("cs_dirty_accounts", "Accounts that wait to be scored again.", found.dirty.count),
        gauges("cs_outbox_messages", "Messages that wait, and dead letters.", outbox),
        *(
            gauge(
                f"cs_oldest_{name}_seconds", documentation, _seconds_since(queue.oldest, found.at)
            )
            for name, (queue, documentation) in oldest.items()
        ),
    ]


def _of_processes(found: SystemStatus) -> list[Metric]:
    seen = [
        ({"process": row.process}, row.seconds) for row in found.alive if row.seconds is not None
    ]
    answers = None if found.broker_answers is None else float(found.broker_answers)
    return [
        gauges("cs_process_silent_seconds", "Since when a process was not seen.", seen),
        gauge("cs_broker_answers", "1 while the dispatcher reaches the broker.", answers),
    ]


def _of_night(night: Night | None, now: datetime) -> list[Metric]:
    if night is None:
        return []
    finished = night.finished_at.timestamp() if night.finished_at else None
    overdue = 0 if night.next_at is None else max((now - night.next_at).total_seconds(), 0)
    return [
        gauge("cs_night_finished_timestamp_seconds", "End of the latest night.", finished),
        gauge("cs_night_work_seconds", "Its work, all shards added up.", night.seconds),
        gauge("cs_night_open_steps", "Its steps that are not done.", night.open_steps),
        gauge("cs_night_failed_shards", "Its shards that were given up.", night.failures),
        gauge("cs_night_late_seconds", "Since when the next night is due.", overdue),
    ]


def _of_invariants(found: SystemStatus) -> list[Metric]:
    latest = found.invariants
    if latest is None:
        return []
    asked = latest.asked_at.timestamp()
    return [
        gauge("cs_broken_invariants", "Invariants that did not hold when asked.", latest.broken),
        gauge("cs_invariants_asked_timestamp_seconds", "When they were asked.", asked),
    ]


def _seconds_since(moment: datetime | None, now: datetime) -> float:
    """0 while nothing waits."""
    return 0.0 if moment is None else max((now - moment).total_seconds(), 0.0)
