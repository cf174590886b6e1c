"""Preview of a draft on the whole portfolio, and the page of it, against a full rescore's bound.

The bound is that of bench_health: a parallel scan of the 120-day facts and a COPY of the results,
in the same run on the same data. CPU seconds (this process and all of Postgres) are judged.
"""

import statistics

from tests.benchmarks.bench_health import DAY, NOW, bound, prepare
from tests.benchmarks.measuring import Clock, report, scaled, served

ROUNDS = 3
ACCOUNTS = 10_000


def draft_of_shipped():
    """Other weights, another curve and another band: most accounts get another score."""
    from health.models import Scorecard  # noqa: PLC0415 -- after django.setup()
    from health.publishing import copy_to_draft  # noqa: PLC0415 -- likewise

    shipped = Scorecard.objects.get(key="four_inputs", version=1)
    draft = copy_to_draft(scorecard=shipped, now=NOW)
    draft.components.filter(key="engagement").update(weight=20)
    draft.components.filter(key="support").update(weight=40)
    draft.bands.filter(key="healthy").update(lower=72)
    return draft


def look(draft):
    """All a preview computes, as its job does, with the rows it writes."""
    from accounts.models import Job, User  # noqa: PLC0415 -- likewise
    from accounts.work import jobs  # noqa: PLC0415 -- after django.setup()
    from cs_platform.previews.job import request_preview, work_preview  # noqa: PLC0415 -- likewise

    user, _ = User.objects.get_or_create(email="bench@example.test", defaults={"role": "ops"})
    preview = request_preview(draft=draft, user=user, now=NOW)
    job = Job.objects.get(kind="scorecard.preview", key=str(preview.pk))
    claim = jobs.claim(job_id=job.pk, now=job.next_at)
    work_preview(claim)
    preview.refresh_from_db()
    return preview


def measure(accounts, postmaster):
    from health import preview as health_preview  # noqa: PLC0415 -- after django.setup()
    from health.recompute import recompute  # noqa: PLC0415 -- likewise

    prepare(accounts)
    recompute(day=DAY, now=NOW)
    draft = draft_of_shipped()
    clocks = {"bound": [], "rescore": [], "preview": []}
    for _ in range(ROUNDS):
        for taken in clocks.values():
            taken.append(Clock(postmaster))
        bound(clocks["bound"][-1])
        with clocks["rescore"][-1]:
            plan = health_preview.prepare(draft, day=DAY)
            for start in range(0, len(plan.account_ids), 10_000):
                health_preview.foresee(plan, plan.account_ids[start : start + 10_000])
        with clocks["preview"][-1]:
            found = look(draft)
    moved = found.movers.count()
    assert moved > accounts // 100, moved
    for name, work in (("rescore", "rescore"), ("whole", "preview")):
        cpu, limit = (_median(clocks[each], "cpu") for each in (work, "bound"))
        wall = _median(clocks[work], "wall")
        report(f"preview.{name}", cpu, limit, accounts=accounts, moved=moved, wall=wall)


def _median(clocks, kind):
    return statistics.median(getattr(clock, kind) for clock in clocks)


def main():
    with served() as (_, postgres):
        measure(scaled(ACCOUNTS), postgres.process.pid)


if __name__ == "__main__":
    main()
