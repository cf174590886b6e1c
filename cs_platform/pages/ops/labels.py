"""What the machinery's own words mean to a reader: kinds of jobs, steps of a night, spans."""

from __future__ import annotations

JOBS = {
    "nightly.step": "Step of a night",
    "plays.advance": "Advance plays",
    "metrics.refresh": "Refresh the reports of the day",
    "invariants.ask": "Ask the invariants",
    "inbox.batch": "Accepted batch",
    "upload.read": "Read an uploaded file",
    "upload.check": "Check what a file would change",
    "upload.import": "Import a file",
    "forget.daily": "Forget what is kept no longer",
    "scorecard.preview": "Preview of a scorecard",
}
STEPS = {
    "partitions": "Make room for the next month",
    "sources": "See which sources deliver",
    "pack": "Pack the usage of the day",
    "score": "Score every account",
    "close": "Close the day",
    "contracts": "End contracts that ran out",
    "accounts": "Bring accounts to the next day",
    "renewal_dates": "Ring renewal dates",
    "hand_on": "Hand on tasks of who left a team",
    "fire": "Start plays",
    "advance": "Advance plays",
    "snapshots": "Take snapshots of retention",
    "verify": "Ask the invariants",
}
PROCESSES = {"dispatcher": "Dispatcher", "worker": "Beat and workers"}
_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"))


def job(kind: str) -> str:
    return JOBS.get(kind) or kind.replace(".", " ").replace("_", " ").capitalize()


def step(name: str) -> str:
    return STEPS.get(name) or name.replace("_", " ").capitalize()


def span(seconds: float | None) -> str:
    """The largest unit that fits: 12 s, 4 min, 3 h, 2 days; tenths below ten seconds."""
    if seconds is None:
        return "–"
    for size, unit in _UNITS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{seconds:.1f} s" if 0 < seconds < 9.95 else f"{seconds:.0f} s"


def sentence(name: str) -> str:
    """arr_is_the_ledger reads as “Arr is the ledger”; the word ARR keeps its capitals."""
    text = name.replace("_", " ")
    return (text[:1].upper() + text[1:]).replace("Arr ", "ARR ")
