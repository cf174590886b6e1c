"""What has been cut as of a day already, for facts that are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from health.facts.activity import Activity
from health.facts.profiles import Profiles
from health.facts.revenue import Contracts, Invoices
from health.measures.inputs import RevenueFacts, UsageFacts


@dataclass(frozen=True, slots=True)
class Given:
    """`activity` has people over the windows that are asked."""

    profiles: Profiles
    activity: Activity
    usage: UsageFacts
    revenue: RevenueFacts
    contracts: Contracts
    invoices: Invoices
