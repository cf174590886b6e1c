from accounts import declarations
from accounts.personal_data import PERSONAL_DATA


class AccountsConfig(declarations.PlatformApp):
    name = "accounts"
    personal_data = PERSONAL_DATA
    addresses = {"accounts.ImportRun": "/imports/{}/"}
    fact_tables = "accounts.loading.follow_ups.STORED_KINDS"
