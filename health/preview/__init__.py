"""What a draft would say of every account today, were it in force: computed, never written."""

from health.preview.flap_rates import foresee_flapping, hystereses
from health.preview.outlook import Outlook, foresee
from health.preview.plan import PreviewPlan, count_accounts, prepare

__all__ = [
    "Outlook",
    "PreviewPlan",
    "count_accounts",
    "foresee",
    "foresee_flapping",
    "hystereses",
    "prepare",
]
