from accounts import declarations


class PlaybooksConfig(declarations.PlatformApp):
    name = "playbooks"
    signal_consumers = ("playbooks",)
