from accounts import declarations


class MetricsConfig(declarations.PlatformApp):
    name = "metrics"
