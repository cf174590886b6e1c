from accounts import declarations
from playbooks.personal_data import PERSONAL_DATA


class PlaybooksConfig(declarations.PlatformApp):
    name = "playbooks"
    personal_data = PERSONAL_DATA
    addresses = {"playbooks.Play": "/plays/{}/", "playbooks.Task": "/tasks/{}/"}
    moves_account = "playbooks.merge.move_work"
    signal_consumers = ("playbooks",)
