"""Where mail goes, by one URL: a mail server (SMTP, the default), or the API of a provider."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from cs_platform.runtime.configuration import Configuration

# Scheme → the settings of django-anymail that the URL's user, password and host fill.
PROVIDERS: dict[str, tuple[str, str, str]] = {
    "brevo": ("API_KEY", "", ""),
    "mailgun": ("API_KEY", "", "SENDER_DOMAIN"),
    "mailjet": ("API_KEY", "SECRET_KEY", ""),
    "postmark": ("SERVER_TOKEN", "", ""),
    "sparkpost": ("API_KEY", "", ""),
}
CALL_SECONDS = 15


def mail_settings(url: str) -> dict[str, Any]:
    """Django's mail settings; for a provider also `ANYMAIL` and `MAIL_PROVIDER`, its scheme.

    `mailgun://KEY@mg.example.com?webhook_signing_key=…`: options of the query are the provider's
    settings of django-anymail by name. Raises ImproperlyConfigured, without the URL's secrets.
    """
    parts = urlsplit(url)
    if parts.scheme not in PROVIDERS:
        return {"MAIL_PROVIDER": "", **Configuration.email_url_config(url)}
    prefix = parts.scheme.upper()
    given = (parts.username, parts.password, parts.hostname)
    wanted = zip(PROVIDERS[parts.scheme], given, strict=True)
    anymail = {f"{prefix}_{name}": unquote(value or "") for name, value in wanted if name}
    if missing := [name for name, value in anymail.items() if not value]:
        raise ImproperlyConfigured(
            f"EMAIL_URL says no {', '.join(missing)}: write {parts.scheme}://KEY@, mailjet as"
            " mailjet://KEY:SECRET@, mailgun as mailgun://KEY@DOMAIN."
        )
    options = parse_qsl(parts.query)
    anymail |= {f"{prefix}_{name.upper()}": value for name, value in options}
    return {
        "MAIL_PROVIDER": parts.scheme,
        "EMAIL_BACKEND": f"anymail.backends.{parts.scheme}.EmailBackend",
        "ANYMAIL": {"REQUESTS_TIMEOUT": CALL_SECONDS, **anymail},
    }
