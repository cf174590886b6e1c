from django.core.signals import request_started

from accounts import declarations
from accounts.ui.bands import looks_come_from
from health.personal_data import PERSONAL_DATA


class HealthConfig(declarations.PlatformApp):
    name = "health"
    personal_data = PERSONAL_DATA
    moves_account = "health.merge.end_present_health"

    def ready(self) -> None:
        # Models are ready now.
        from accounts.uploads.score_source import scores_come_from  # noqa: PLC0415 -- as above
        from health.queries.band_looks import band_looks  # noqa: PLC0415 -- as above
        from health.queries.publications import forget_latest  # noqa: PLC0415 -- as above
        from health.recompute import trial  # noqa: PLC0415 -- as above

        looks_come_from(band_looks)
        scores_come_from(trial.stored_scores, trial.scores_by_now)
        request_started.connect(forget_latest, dispatch_uid="latest publication")
