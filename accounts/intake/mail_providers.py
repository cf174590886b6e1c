"""Domains that anybody may have an address at: they are no customer's."""

MAIL_PROVIDERS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com"
    " aol.com gmx.de gmx.net web.de mail.com mail.ru proton.me protonmail.com qq.com 163.com"
    " yandex.ru zoho.com".split()
)
