"""What the invented vendor sells: plans, features, products; and the vocabulary around it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.catalogue import Segment


@dataclass(frozen=True, slots=True)
class PlanOffer:
    id: int
    key: str
    name: str
    first_value_days: int


@dataclass(frozen=True, slots=True)
class FeatureOffer:
    """`intensity` is events a day of one active user who uses the feature at all."""

    id: int
    key: str
    name: str
    is_core: bool
    plans: tuple[str, ...]
    intensity: float


PLANS = (
    PlanOffer(1, "starter", "Starter", 14),
    PlanOffer(2, "team", "Team", 21),
    PlanOffer(3, "business", "Business", 30),
    PlanOffer(4, "enterprise", "Enterprise", 45),
)
_FROM_TEAM = ("team", "business", "enterprise")
_FROM_BUSINESS = ("business", "enterprise")

FEATURES = (
    FeatureOffer(1, "boards", "Boards", True, (), 2.6),
    FeatureOffer(2, "requests", "Request intake", True, (), 1.4),
    FeatureOffer(3, "automations", "Automations", True, _FROM_TEAM, 0.9),
    FeatureOffer(4, "approvals", "Approvals", True, _FROM_TEAM, 0.6),
    FeatureOffer(5, "planning", "Capacity planning", True, _FROM_BUSINESS, 0.5),
    FeatureOffer(6, "portfolios", "Portfolios", True, ("enterprise",), 0.35),
    FeatureOffer(7, "dashboard_views", "Dashboard views", False, (), 1.8),
    FeatureOffer(8, "search", "Search", False, (), 1.1),
    FeatureOffer(9, "mobile", "Mobile app", False, (), 0.5),
    FeatureOffer(10, "exports", "Exports", False, _FROM_TEAM, 0.15),
    FeatureOffer(11, "connectors", "Connectors", False, _FROM_BUSINESS, 0.3),
    FeatureOffer(12, "audit_log", "Audit log", False, ("enterprise",), 0.05),
)
PLANS_OF_SEGMENT = {
    Segment.ENTERPRISE: (("business", 0.35), ("enterprise", 0.65)),
    Segment.MID_MARKET: (("team", 0.45), ("business", 0.55)),
    Segment.SMB: (("starter", 0.6), ("team", 0.4)),
}
PRODUCT = "Platform"
ADD_ONS = ("Insights", "Connect", "Guard")

INDUSTRIES = (
    "Manufacturing",
    "Retail",
    "Healthcare",
    "Logistics",
    "Software",
    "Financial services",
    "Education",
    "Energy",
    "Media",
    "Public sector",
)
REGIONS = (
    ("North America", "America/New_York", 0.46),
    ("Europe", "Europe/Berlin", 0.36),
    ("Asia Pacific", "Asia/Singapore", 0.13),
    ("Latin America", "America/Sao_Paulo", 0.05),
)
JOB_FUNCTIONS = ("Operations", "IT", "Finance", "Product", "People", "Marketing", "Sales")
ONBOARDING_STEPS = (
    ("kick-off", "Kick-off held", 5),
    ("access", "Everyone has access", 10),
    ("data", "First data connected", 20),
    ("training", "Training done", 30),
    ("workflow", "First workflow live", 45),
    ("review", "Onboarding review held", 75),
)
TOPICS = (
    ("how_to", "sharing-a-board", "How do we share a board with a partner?"),
    ("how_to", "filters", "Filters do not show what we expect"),
    ("how_to", "roles", "Which role may approve?"),
    ("how_to", "import", "Importing last year's plan"),
    ("defect", "slow-boards", "Boards load slowly"),
    ("defect", "sync-fails", "Nightly sync stops half-way"),
    ("defect", "wrong-totals", "Totals differ from the export"),
    ("defect", "lost-updates", "An update disappeared"),
    ("request", "bulk-edit", "Editing many requests at once"),
    ("request", "calendar", "Calendar view of approvals"),
    ("request", "sso-groups", "Groups from the directory"),
    ("billing", "seat-count", "The invoice counts seats we removed"),
    ("billing", "purchase-order", "Purchase order number is missing"),
)


def plan_named(key: str) -> PlanOffer:
    return next(plan for plan in PLANS if plan.key == key)


def features_of(plan: str) -> list[FeatureOffer]:
    return [feature for feature in FEATURES if not feature.plans or plan in feature.plans]
