"""The machine API in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView

from accounts.api.authentication import ApiKeyAuthentication
from accounts.api.permissions import HoldsKey


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, for whoever holds a key."""

    permission_classes = (HoldsKey,)


class _KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ApiKeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
