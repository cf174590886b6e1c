"""Rings workers for rows that are due, and does the work itself when nobody answers.

It listens (Postgres tells when a row was written) and sweeps (in case nobody told). Any number of
copies may run. Neither the broker nor a worker is needed for anything but speed.
"""

from __future__ import annotations

import logging
import select
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg2.extensions
from django.db import DatabaseError, InterfaceError, connection
from kombu.exceptions import OperationalError as BrokerError

from accounts.work import jobs
from cs_platform.models import Pulse
from cs_platform.runtime import healthcheck
from cs_platform.scheduling import job_runner, periodic
from cs_platform.scheduling.celery import app
from cs_platform.scheduling.queues import QUEUES
from cs_platform.scheduling.tasks import JOBS_A_MESSAGE, MESSAGE_SECONDS

CHANNEL = "cs_work"
SWEEP_SECONDS = 3.0
DEBOUNCE_SECONDS = 0.03
SILENCE_SECONDS = 2.0
PERIODIC_SECONDS = 30.0
SEND_AGAIN_SECONDS = 30.0
BROKER_REST_SECONDS = 5.0
log = logging.getLogger(__name__)


def wait_for_notification(raw: psycopg2.extensions.connection, *, seconds: float) -> bool:
    """True as soon as the connection was told something, False after that many seconds.

    What arrived during a query was read with its answer: it waits in `notifies`, and the socket
    has nothing more to say.
    """
    if raw.notifies:
        return True
    return bool(select.select([raw], [], [], seconds)[0])


class Dispatcher:
    def __init__(self) -> None:
        self.stopping = False
        self.broker_answers = True
        self._sent_at: dict[str, float] = {}  # task: monotonic seconds at its latest message
        self._own: dict[str, Future[None]] = {}
        self._hands = ThreadPoolExecutor(max_workers=2, thread_name_prefix="dispatcher")
        self._periodic_at = self._broker_rests_until = 0.0

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        while not self.stopping:
            try:
                self._listen_and_sweep()
            except (DatabaseError, InterfaceError) as error:
                log.warning("the database does not answer (%s)", type(error).__name__)
                connection.close()
                time.sleep(1)
        self._hands.shutdown(cancel_futures=True)

    def stop(self) -> None:
        self.stopping = True

    def _listen_and_sweep(self) -> None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        raw = connection.connection
        while not self.stopping:
            self.sweep()
            # Work of our own is looked at soon; otherwise a notification wakes us up.
            # A connection that was dropped shows here first, as an error of the driver's own.
            with connection.wrap_database_errors:
                wait_for_notification(raw, seconds=0.5 if self._sent_at else SWEEP_SECONDS)
                time.sleep(DEBOUNCE_SECONDS)  # a load tells once a statement
                raw.poll()
                raw.notifies.clear()

    def sweep(self) -> None:
        now = datetime.now(UTC)
        if time.monotonic() - self._periodic_at > PERIODIC_SECONDS:
            periodic.insert_due(now=now)
            self._periodic_at = time.monotonic()
        waiting: set[str] = set()
        for queue in QUEUES:
            head = queue.head()
            if head is not None:
                waiting.add(self._ask_queue(queue.name, head, queue.run))
        waiting |= self._send_due_jobs(jobs.due_ids(now=now))
        self._sent_at = {key: at for key, at in self._sent_at.items() if key in waiting}
        Pulse.objects.update_or_create(
            process="dispatcher", defaults={"beat_at": now, "broker_answers": self.broker_answers}
        )
        healthcheck.note("dispatcher")

    def _ask_queue(self, name: str, head: int, run: Callable[[], int]) -> str:
        key = f"{name} {head}"
        if self._is_news(key):
            self._send_to_workers("cs_platform.scheduling.tasks.run_queue", name)
        elif self._is_silent(key):
            self._work_in_thread(name, run)
        return key

    def _send_due_jobs(self, due: list[int]) -> set[str]:
        news = [job for job in due if self._is_news(f"job {job}")]
        for n in range(0, len(news), JOBS_A_MESSAGE):
            self._send_to_workers(
                "cs_platform.scheduling.tasks.run_jobs", news[n : n + JOBS_A_MESSAGE]
            )
        silent = [job for job in due if self._is_silent(f"job {job}")]
        if silent:
            self._work_in_thread("jobs", lambda: [job_runner.run_job(job) for job in silent])
        return {f"job {job}" for job in due}

    def _is_news(self, key: str) -> bool:
        """Sent for the first time, or so long ago that the broker may have lost it."""
        now = time.monotonic()
        sent_at = self._sent_at.get(key)
        if sent_at is not None and now < sent_at + SEND_AGAIN_SECONDS:
            return False
        self._sent_at[key] = now
        return True

    def _is_silent(self, key: str) -> bool:
        waited = time.monotonic() - self._sent_at[key]
        return waited >= SILENCE_SECONDS or not self.broker_answers

    def _send_to_workers(self, task: str, argument: object) -> None:
        if time.monotonic() < self._broker_rests_until:
            return
        try:
            app.send_task(task, args=[argument], retry=False, expires=MESSAGE_SECONDS)
        except (BrokerError, OSError) as error:
            log.warning("the broker does not answer (%s)", type(error).__name__)
            self.broker_answers = False
            self._broker_rests_until = time.monotonic() + BROKER_REST_SECONDS
        else:
            self.broker_answers = True

    def _work_in_thread(self, name: str, run: Callable[[], object]) -> None:
        """In a thread: a long piece of work must not keep us from ringing for the rest."""
        current = self._own.get(name)
        if current is None or current.done():
            self._own[name] = self._hands.submit(self._run_guarded, name, run)

    def _run_guarded(self, name: str, run: Callable[[], object]) -> None:
        try:
            run()
        except Exception:
            # The rows stay due and the next sweep tries again: no failure ends the process.
            log.exception("%s could not be worked here", name)
        finally:
            connection.close()
