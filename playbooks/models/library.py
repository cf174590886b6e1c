"""What the library said when an entry was installed, or when its news were last looked at."""

from __future__ import annotations

from django.db import models


class InstalledEntry(models.Model):
    """`text` is the base that own edits and a newer shipped text are both compared with."""

    key = models.SlugField(max_length=40, primary_key=True)
    text = models.TextField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
