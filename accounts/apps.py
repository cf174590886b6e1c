from accounts import declarations


class AccountsConfig(declarations.PlatformApp):
    name = "accounts"
