"""How records of a declared source are read, as somebody said once."""

from __future__ import annotations

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.column_mapping import ColumnMapping, mapping_of
from accounts.intake.fields import Kind
from accounts.models import SourceMapping


def mapping_for(source: str, *, kind: Kind) -> ColumnMapping | None:
    """None for *Direct*: several systems may stand behind it."""
    if source == DIRECT_SOURCE:
        return None
    found = SourceMapping.objects.filter(source=source, kind=kind).first()
    return mapping_of(found.mapping) if found else None
