"""What every installation has from its first day: itself, and the two sources that need no
declaration. The audit trail notes them as added.
"""

from django.db import migrations

ROWS = """
INSERT INTO accounts_installation
    (id, name, time_zone, currency, visibility, overdue_grace_days, is_demo)
VALUES (1, 'My company', 'UTC', 'USD', 'team', 30, false);

INSERT INTO accounts_source (key, name, kind)
VALUES ('direct', 'Direct', 'direct'), ('contracts', 'Contracts', 'internal');
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_partitions")]

    # Backwards the tables go, and their rows with them.
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
