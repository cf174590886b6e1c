"""Writes facts: one staging table, one COPY and one upsert per kind, one transaction a batch."""

from accounts.loading.batches import load
from accounts.loading.contracts import renew_and_expire
from accounts.loading.derived import refresh_accounts
from accounts.loading.partitions import ensure_partitions
from accounts.loading.results import LoadResult, Status
from accounts.loading.runs import finish_run, keep_problems, reopen_run, start_run
from accounts.loading.seals import seal_usage

__all__ = [
    "LoadResult",
    "Status",
    "ensure_partitions",
    "finish_run",
    "keep_problems",
    "load",
    "refresh_accounts",
    "renew_and_expire",
    "reopen_run",
    "seal_usage",
    "start_run",
]
