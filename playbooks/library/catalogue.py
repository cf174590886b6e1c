"""What ships: the entries of the library in their order, and which of them are installed at first.

Installed at first is what answers something objective and rare (a fall, a departure, a contract,
a new customer). The rest waits for CS ops to want it: fifty playbooks at once are followed by none.
"""

from dataclasses import dataclass
from functools import cache

from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_reader import SHIPPED, read_yaml


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """`number`: as the documentation counts them."""

    number: str
    key: str
    at_first: bool = False

    @property
    def text(self) -> str:
        return (SHIPPED / f"{self.key}.yaml").read_text("utf-8")

    @property
    def definition(self) -> PlaybookDefinition:
        return _read_shipped(self.key)


@cache
def _read_shipped(key: str) -> PlaybookDefinition:
    return read_yaml(BY_KEY[key].text)


ENTRIES = (
    LibraryEntry("1", "onboarding_high_touch", at_first=True),
    LibraryEntry("2", "onboarding_low_touch", at_first=True),
    LibraryEntry("3", "onboarding_tech_touch"),
    LibraryEntry("4", "adoption_gap"),
    LibraryEntry("5", "at_risk", at_first=True),
    LibraryEntry("6", "healthy_to_watch", at_first=True),
    LibraryEntry("7", "watch_to_intervene", at_first=True),
    LibraryEntry("8", "renewal", at_first=True),
    LibraryEntry("8b", "renewal_low_touch", at_first=True),
    LibraryEntry("8c", "renewal_tech_touch"),
    LibraryEntry("9", "expansion", at_first=True),
    LibraryEntry("10", "re_engagement"),
    LibraryEntry("11", "stakeholder_broadening"),
    LibraryEntry("12", "champion_change", at_first=True),
    LibraryEntry("13", "sponsor_lost", at_first=True),
    LibraryEntry("14", "qbr"),
    LibraryEntry("15", "ebr"),
    LibraryEntry("16", "success_plan"),
    LibraryEntry("17", "sales_hand_off"),
    LibraryEntry("18", "escalation"),
    LibraryEntry("19", "downgrade_request"),
    LibraryEntry("20", "failed_payment"),
    LibraryEntry("21", "offboarding"),
    LibraryEntry("22", "win_back"),
    LibraryEntry("23", "advocacy"),
    LibraryEntry("23b", "incident"),
    LibraryEntry("23c", "feature_launch"),
    LibraryEntry("24", "detractor", at_first=True),
    LibraryEntry("25", "checkpoint_onboarding", at_first=True),
    LibraryEntry("26", "checkpoint_first_value", at_first=True),
    LibraryEntry("27", "checkpoint_renewal", at_first=True),
    LibraryEntry("28", "checkpoint_expansion", at_first=True),
    LibraryEntry("29", "inactive_14_days"),
    LibraryEntry("30", "usage_milestone"),
)
BY_KEY = {entry.key: entry for entry in ENTRIES}
