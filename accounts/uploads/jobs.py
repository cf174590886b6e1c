"""Work on uploads that takes longer than a request: reading, checking, importing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts import clock
from accounts.loading import finish_run, reopen_run
from accounts.models import ImportFile, ImportRun, Job, User
from accounts.uploads import (
    check_upload,
    import_upload,
    is_packed,
    keep_upload,
    move_on,
    read_upload,
    start_import,
)
from accounts.work import jobs

READ, CHECK, IMPORT = "upload.read", "upload.check", "upload.import"
# What is this small is done before the answer is sent: a progress bar would only flicker. The
# bytes are those of plain text; what is packed may hold any number of rows.
_SMALL_BYTES, _SMALL_ROWS = 512 * 1024, 1_000
_STATES = ImportFile.State


def receive(
    *, name: str, pieces: Iterable[bytes], user: User, fixes: ImportRun | None
) -> ImportFile:
    """Kept, and read or about to be, in one transaction.

    Raises:
        TooLarge: over the documented limit; nothing is kept.
    """
    with transaction.atomic():
        file = keep_upload(name=name, pieces=pieces, user=user, now=datetime.now(UTC), fixes=fixes)
        _read_soon(file)
    return file


def read_again(file: ImportFile, *, encoding: str) -> None:
    """Raises FileMovedOn: it is not refused any more."""
    with transaction.atomic():
        version = file.version + 1
        move_on(
            file, _STATES.REFUSED,
            state=_STATES.READING, reason="", encoding=encoding, version=version,
        )  # fmt: skip
        _read_soon(file)


def read_sheet(file: ImportFile, *, sheet: str, heading: int | None) -> None:
    """Another sheet of a workbook, or from another row on; without a row it is recognised.

    Raises:
        FileMovedOn: it is at work, imported or discarded since.
    """
    with transaction.atomic():
        move_on(
            file, _STATES.READY, _STATES.CHECKED, _STATES.REFUSED,
            state=_STATES.READING, reason="", sheet=sheet, heading=heading,
            version=file.version + 1,
        )  # fmt: skip
        _read_soon(file)


def _read_soon(file: ImportFile) -> None:
    if file.size <= _SMALL_BYTES and not is_packed(file):
        read_upload(file, on_progress=lambda rows: None)
    else:
        _enqueue_file_job(READ, file)


def check_soon(file: ImportFile) -> None:
    """With the kind and the mapping set on it: checked, or about to be, in one transaction.

    Asks anew: the answer to an earlier question is dropped when it comes.

    Raises:
        FileMovedOn: it is at work, imported or discarded since.
    """
    with transaction.atomic():
        move_on(
            file, _STATES.READY, _STATES.CHECKED,
            kind=file.kind, mapping=file.mapping, version=file.version + 1,
            state=_STATES.CHECKING, reason="",
        )  # fmt: skip
        if file.rows <= _SMALL_ROWS:
            check_upload(file, day=clock.today(), now=clock.now(), on_progress=lambda pieces: None)
        else:
            _enqueue_file_job(CHECK, file)


def import_soon(file: ImportFile, *, user: User) -> ImportRun:
    """The run and its job, or neither.

    Raises:
        FileMovedOn: the file was not checked, or is imported already.
    """
    with transaction.atomic():
        run = start_import(file, user=user, now=clock.now())
        day = clock.today().isoformat()
        jobs.enqueue(
            kind=IMPORT,
            key=str(run.pk),
            payload={"run": run.pk, "day": day},
            next_at=datetime.now(UTC),
        )
    return run


def go_on(run: ImportRun) -> None:
    """An import that was given up takes up its work where it stopped. Raises SettledError."""
    with transaction.atomic():
        job = jobs.lock_dead(kind=IMPORT, key=str(run.pk))
        if job is None:
            raise jobs.SettledError("This import is not stopped: there is nothing to take up.")
        revive_import(jobs.Claim.of(job))
        jobs.revive(kind=job.kind, key=job.key, now=datetime.now(UTC))


def rows_read(file: ImportFile) -> int:
    """How far a worker has got with reading (rows) or checking (pieces)."""
    kind = READ if file.state == _STATES.READING else CHECK
    job = Job.objects.filter(kind=kind, key=_job_key(file)).values_list("cursor", flat=True).first()
    return job or 0


def _job_key(file: ImportFile) -> str:
    return f"{file.pk}:{file.version}"


def _enqueue_file_job(kind: str, file: ImportFile) -> None:
    payload = {"file": file.pk, "version": file.version}
    jobs.enqueue(kind=kind, key=_job_key(file), payload=payload, next_at=datetime.now(UTC))


def _claimed_file(claim: jobs.Claim, state: ImportFile.State) -> QuerySet[ImportFile]:
    """Empty when it was discarded, or has moved on since it was asked for."""
    return ImportFile.objects.filter(
        pk=claim.payload["file"], version=claim.payload["version"], state=state
    )


def _cursor_reporter(claim: jobs.Claim) -> Callable[[int], None]:
    """Reading and checking begin anew when they are taken over."""
    return lambda cursor: jobs.reached(claim, cursor=cursor, now=datetime.now(UTC))


def _progress_reporter(claim: jobs.Claim) -> Callable[[int], None]:
    return lambda cursor: jobs.progress(claim, cursor=cursor, now=datetime.now(UTC))


def work_reading(claim: jobs.Claim) -> None:
    file = _claimed_file(claim, _STATES.READING).first()
    if file is not None:
        read_upload(file, on_progress=_cursor_reporter(claim))


def work_check(claim: jobs.Claim) -> None:
    file = _claimed_file(claim, _STATES.CHECKING).first()
    if file is not None:
        check_upload(file, day=clock.today(), now=clock.now(), on_progress=_cursor_reporter(claim))


def work_import(claim: jobs.Claim) -> None:
    """From where the one before was stopped: the cursor is written with the rows."""
    run = ImportRun.objects.select_related("file").get(pk=claim.payload["run"])
    piece = Job.objects.values_list("cursor", flat=True).get(pk=claim.job_id)
    import_upload(
        run,
        piece=piece,
        day=date.fromisoformat(claim.payload["day"]),
        now=clock.now(),
        on_progress=_progress_reporter(claim),
    )


def give_up_reading(claim: jobs.Claim, *, reason: str) -> None:
    words = "given_up: could not be read in three tries; upload it again, or save it as CSV"
    _claimed_file(claim, _STATES.READING).update(state=_STATES.REFUSED, reason=words)


def revive_reading(claim: jobs.Claim) -> None:
    _take_back(claim, given_up=_STATES.REFUSED, at_work=_STATES.READING)


def give_up_check(claim: jobs.Claim, *, reason: str) -> None:
    words = f"The check stopped: {reason}"[:500]
    _claimed_file(claim, _STATES.CHECKING).update(state=_STATES.READY, reason=words)


def revive_check(claim: jobs.Claim) -> None:
    _take_back(claim, given_up=_STATES.READY, at_work=_STATES.CHECKING)


def _take_back(claim: jobs.Claim, *, given_up: ImportFile.State, at_work: ImportFile.State) -> None:
    kept = _claimed_file(claim, given_up).filter(forgotten_at=None)
    if not kept.update(state=at_work, reason=""):
        raise jobs.SettledError("That file was discarded, forgotten or changed since.")


def give_up_import(claim: jobs.Claim, *, reason: str) -> None:
    run = ImportRun.objects.get(pk=claim.payload["run"])
    if run.state == ImportRun.State.RUNNING:
        finish_run(run, now=clock.now(), reason=reason)


def revive_import(claim: jobs.Claim) -> None:
    run_id = claim.payload["run"]
    if not ImportFile.objects.filter(run=run_id, forgotten_at=None).exists():
        raise jobs.SettledError("The rows of that file are forgotten: upload it again.")
    reopen_run(run_id=run_id)
