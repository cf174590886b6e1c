"""What is written within leaves no trace: for what a module reads or stands on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        connection.atomic_blocks[-1]._from_testcase = True  # what is called may be durable
        yield
        transaction.set_rollback(True)
