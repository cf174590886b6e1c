"""What gunicorn serves."""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")


class Utf8Request(WSGIRequest):
    """Addresses and forms are read as UTF-8, whatever charset a header announces.

    Django would let the header choose any of Python's codecs, also those that are for no text,
    and fail before any middleware could refuse it.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        found = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = found


application: WSGIHandler = get_wsgi_application()
application.request_class = Utf8Request
