from django.db import migrations

# Every night rewrites every row. With half of each page free the new version stays beside the old
# one, so that no index is touched and no page is left to the vacuum.
ROOM = "ALTER TABLE health_currenthealth SET (fillfactor = 50)"
AS_BEFORE = "ALTER TABLE health_currenthealth RESET (fillfactor)"


class Migration(migrations.Migration):

    dependencies = [
        ('health', '0005_draft_edits'),
    ]

    operations = [
        migrations.RunSQL(ROOM, AS_BEFORE),
    ]
