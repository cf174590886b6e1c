from accounts import declarations
from metrics.personal_data import PERSONAL_DATA


class MetricsConfig(declarations.PlatformApp):
    name = "metrics"
    personal_data = PERSONAL_DATA
