from accounts import declarations


class SurveysConfig(declarations.PlatformApp):
    name = "surveys"
