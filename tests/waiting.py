"""Waiting for another session of the database, however busy the machine is."""

import threading
import time

from django.db import connection, connections

_WAITERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'
"""


def until_blocked(other: threading.Thread, *, seconds: float = 60) -> None:
    """Returns when another session waits for a lock, or the thread has ended without waiting.

    Asks on a connection of its own: activity is a snapshot inside a transaction.
    """
    asking = connections.create_connection(connection.alias)
    deadline = time.monotonic() + seconds
    try:
        with asking.cursor() as cursor:
            while other.is_alive() and time.monotonic() < deadline:
                cursor.execute(_WAITERS)
                if cursor.fetchone()[0]:
                    return
                time.sleep(0.02)
    finally:
        asking.close()
    assert not other.is_alive(), f"neither blocked nor through within {seconds} s"
