"""The rows of a finished preview, written together; older previews of the draft give way."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cs_platform.models.previews import Preview, PreviewCell, PreviewMover, PreviewPlay
from cs_platform.previews.tally import Tally
from health.preview import PreviewPlan, hystereses
from playbooks.engine.crossing_preview import would_close, would_start

RECOVERED = "recovered"
_ROWS = 5_000
_FOUND = [
    "total",
    "done",
    "rescored",
    "cards",
    "before_bins",
    "after_bins",
    "at_risk_before",
    "at_risk_after",
    "calm",
    "finished_at",
]


def write(*, preview: Preview, plan: PreviewPlan, tally: Tally, now: datetime) -> None:
    """`now` is the clock of the installation: cooldowns and caps are asked as of then.

    A preview that has given way to a newer one in the meantime is not written.
    """
    if not Preview.objects.select_for_update().filter(pk=preview.pk, finished_at=None).exists():
        return
    PreviewCell.objects.bulk_create(
        PreviewCell(
            preview=preview,
            from_band=cell[0],
            to_band=cell[1],
            accounts=count,
            arr_minor=tally.cell_arr[cell],
        )
        for cell, count in sorted(tally.cells.items())
    )
    PreviewMover.objects.bulk_create(
        (PreviewMover(preview=preview, **asdict(mover)) for mover in tally.movers),
        batch_size=_ROWS,
    )
    PreviewPlay.objects.bulk_create(_play_rows(preview, tally, now))
    preview.total = preview.done = tally.accounts
    preview.rescored = tally.rescored
    preview.cards = [
        [*names, count, tally.card_arr[names]] for names, count in tally.cards.most_common()
    ]
    preview.before_bins = tally.before_bins.tolist()
    preview.after_bins = tally.after_bins.tolist()
    preview.at_risk_before, preview.at_risk_after = tally.at_risk_before, tally.at_risk_after
    preview.calm = _calm_rows(plan, tally)
    preview.finished_at = datetime.now(UTC)
    preview.save(update_fields=_FOUND)
    Preview.objects.of(preview.draft).filter(pk__lt=preview.pk).delete()


def _calm_rows(plan: PreviewPlan, tally: Tally) -> list[dict[str, Any]]:
    if plan.draft is None:
        return []
    return [
        {
            "margin": str(each.margin),
            "rising": each.rising,
            "falling": each.falling,
            **asdict(found),
        }
        for each, found in zip(hystereses(plan.draft.spec), tally.calm, strict=True)
    ]


def _play_rows(preview: Preview, tally: Tally, now: datetime) -> list[PreviewPlay]:
    accounts: Counter[tuple[str, str, str, str]] = Counter()
    arr: Counter[tuple[str, str, str, str]] = Counter()
    for decision in would_start(outlook=tally.foreseen, now=now):
        key = (decision.rule.key, decision.rule.name, decision.result.value, decision.reason)
        accounts[key] += 1
        arr[key] += tally.arr[decision.account_id]
    for closing in would_close(outlook=tally.foreseen):
        key = (closing.playbook_key, closing.playbook_name, RECOVERED, "")
        accounts[key] += 1
        arr[key] += tally.arr[closing.account_id]
    return [
        PreviewPlay(
            preview=preview,
            playbook_key=key,
            playbook_name=name,
            result=result,
            reason=reason,
            accounts=count,
            arr_minor=arr[key, name, result, reason],
        )
        for (key, name, result, reason), count in sorted(accounts.items())
    ]
