"""What ships: the entries of the library in their order, and which of them are installed at first.

Installed at first is what answers something objective and rare (a fall, a departure, a contract,
a new customer). The rest waits for CS ops to want it: fifty playbooks at once are followed by none.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from accounts.catalogue import Words
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.reading import SHIPPED, read_yaml


class Capability(StrEnum):
    """What the platform does not do yet, and an entry cannot do without."""

    SEQUENCES = "sequences"
    SURVEYS = "surveys"
    EXPANSION_READY = "expansion_ready"
    PAYMENTS = "payments"
    MILESTONES = "milestones"
    AFTER_CHURN = "after_churn"


label = Words(
    {
        "sequences": "messages sent by themselves, by mail and in the product",
        "surveys": "answers to surveys",
        "expansion_ready": "accounts recognised as ready for more",
        "payments": "failed payments and expiring cards as signals",
        "milestones": "milestones of use as signals",
        "after_churn": "plays on accounts that have left",
    }
).label


@dataclass(frozen=True, slots=True)
class Entry:
    """`number`: as the documentation counts them. What waits for something cannot be installed."""

    number: str
    key: str
    at_first: bool = False
    waits_for: Capability | None = None

    @property
    def text(self) -> str:
        return (SHIPPED / f"{self.key}.yaml").read_text("utf-8")

    @property
    def definition(self) -> PlaybookDefinition:
        return _read(self.key)


@cache
def _read(key: str) -> PlaybookDefinition:
    return read_yaml(BY_KEY[key].text)


ENTRIES = (
    Entry("1", "onboarding_high_touch", at_first=True),
    Entry("2", "onboarding_low_touch", at_first=True),
    Entry("3", "onboarding_tech_touch", waits_for=Capability.SEQUENCES),
    Entry("4", "adoption_gap"),
    Entry("5", "at_risk", at_first=True),
    Entry("6", "healthy_to_watch", at_first=True),
    Entry("7", "watch_to_intervene", at_first=True),
    Entry("8", "renewal", at_first=True),
    Entry("8b", "renewal_low_touch", at_first=True),
    Entry("8c", "renewal_tech_touch", waits_for=Capability.SEQUENCES),
    Entry("9", "expansion", waits_for=Capability.EXPANSION_READY),
    Entry("10", "re_engagement"),
    Entry("11", "stakeholder_broadening"),
    Entry("12", "champion_change", at_first=True),
    Entry("13", "sponsor_lost", at_first=True),
    Entry("14", "qbr"),
    Entry("15", "ebr"),
    Entry("16", "success_plan"),
    Entry("17", "sales_hand_off"),
    Entry("18", "escalation"),
    Entry("19", "downgrade_request"),
    Entry("20", "failed_payment", waits_for=Capability.PAYMENTS),
    Entry("21", "offboarding"),
    Entry("22", "win_back", waits_for=Capability.AFTER_CHURN),
    Entry("23", "advocacy"),
    Entry("23b", "incident"),
    Entry("23c", "feature_launch"),
    Entry("24", "detractor", waits_for=Capability.SURVEYS),
    Entry("25", "checkpoint_onboarding", waits_for=Capability.SURVEYS),
    Entry("26", "checkpoint_first_value", waits_for=Capability.SURVEYS),
    Entry("27", "checkpoint_renewal", waits_for=Capability.SURVEYS),
    Entry("28", "checkpoint_expansion", waits_for=Capability.SURVEYS),
    Entry("29", "inactive_14_days", waits_for=Capability.SEQUENCES),
    Entry("30", "usage_milestone", waits_for=Capability.MILESTONES),
)
BY_KEY = {entry.key: entry for entry in ENTRIES}
