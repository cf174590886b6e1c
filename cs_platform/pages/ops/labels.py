"""What the machinery's own words mean to a reader: kinds of jobs, steps of a night, spans."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop, ngettext

JOBS = {
    "nightly.step": gettext_noop("Step of a night"),
    "plays.advance": gettext_noop("Advance plays"),
    "surveys.send": gettext_noop("Send the surveys that are due"),
    "ledgers.derive": gettext_noop("Derive the ledgers a stopped import has left"),
    "metrics.refresh": gettext_noop("Refresh the reports of the day"),
    "invariants.ask": gettext_noop("Ask the invariants"),
    "inbox.batch": gettext_noop("Accepted batch"),
    "upload.read": gettext_noop("Read an uploaded file"),
    "upload.check": gettext_noop("Check what a file would change"),
    "upload.import": gettext_noop("Import a file"),
    "forget.daily": gettext_noop("Forget what is kept no longer"),
    "scorecard.preview": gettext_noop("Preview of a scorecard"),
    "playbook.dry_run": gettext_noop("Dry run of a playbook"),
    "playbook.bulk_list": gettext_noop("List for a start in bulk"),
    "playbook.bulk_start": gettext_noop("Start in bulk"),
}
STEPS = {
    "partitions": gettext_noop("Make room for the next month"),
    "sources": gettext_noop("See which sources deliver"),
    "pack": gettext_noop("Pack the usage of the day"),
    "score": gettext_noop("Score every account"),
    "close": gettext_noop("Close the day"),
    "departures": gettext_noop("Ring where people are gone and agents stay"),
    "takeovers": gettext_noop("Look once a week where agents take over"),
    "readiness": gettext_noop("Look once a week who is ready for an expansion"),
    "contracts": gettext_noop("End contracts that ran out"),
    "accounts": gettext_noop("Bring accounts to the next day"),
    "audiences": gettext_noop("See who is in each audience"),
    "moments": gettext_noop("Look for the moments playbooks wait for"),
    "hand_on": gettext_noop("Hand on tasks of who left a team"),
    "fire": gettext_noop("Start plays"),
    "advance": gettext_noop("Advance plays"),
    "queue": gettext_noop("Say where nobody works the queue of CS ops"),
    "surveys": gettext_noop("Plan invitations to surveys"),
    "survey_drops": gettext_noop("Tell of surveys whose score fell"),
    "snapshots": gettext_noop("Take snapshots of retention"),
    "forecast": gettext_noop("Keep the forecast of renewals"),
    "verify": gettext_noop("Ask the invariants"),
}
PROCESSES = {"dispatcher": gettext_noop("Dispatcher"), "worker": gettext_noop("Beat and workers")}
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def job(kind: str) -> str:
    return (
        gettext(JOBS[kind])
        if kind in JOBS
        else kind.replace(".", " ").replace("_", " ").capitalize()
    )


def step(name: str) -> str:
    return gettext(STEPS[name]) if name in STEPS else name.replace("_", " ").capitalize()


def span(seconds: float | None) -> str:
    """The largest unit that fits: 12 s, 4 min, 3 h, 2 days; tenths below ten seconds."""
    if seconds is None:
        return "–"
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if seconds >= _HOUR:
        return gettext("%(count)d h") % {"count": seconds // _HOUR}
    if seconds >= _MINUTE:
        return gettext("%(count)d min") % {"count": seconds // _MINUTE}
    count = f"{seconds:.1f}" if 0 < seconds < 9.95 else f"{seconds:.0f}"
    return gettext("%(count)s s") % {"count": count}


def sentence(name: str) -> str:
    """arr_is_the_ledger reads as “Arr is the ledger”; the word ARR keeps its capitals."""
    text = name.replace("_", " ")
    return (text[:1].upper() + text[1:]).replace("Arr ", "ARR ")
