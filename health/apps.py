from django.core.signals import request_started

from accounts import declarations
from accounts.ui.bands import forget_looks, looks_come_from
from health.personal_data import PERSONAL_DATA


class HealthConfig(declarations.PlatformApp):
    name = "health"
    personal_data = PERSONAL_DATA

    def ready(self) -> None:
        from health.queries.band_looks import band_looks  # noqa: PLC0415 -- models are ready now

        looks_come_from(band_looks)
        request_started.connect(forget_looks, dispatch_uid="band looks")
