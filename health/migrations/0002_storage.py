"""What Django's models cannot say about tables: health scores are partitioned by month of their
day, and the pages of the current health are kept half free.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# The default partition keeps any row that comes before its month was made. The account comes
# first in the key; neither accounts nor scorecards are ever deleted, so there is no foreign
# key to check for each of the many rows a night writes.
PARTITIONED = """
DROP TABLE health_healthscore;
CREATE TABLE health_healthscore (
    account_id bigint NOT NULL,
    day date NOT NULL,
    revision smallint NOT NULL CONSTRAINT revision_not_negative CHECK (revision >= 0),
    scorecard_id bigint NOT NULL,
    score numeric(5, 2) CONSTRAINT score_is_0_to_100 CHECK (score BETWEEN 0 AND 100),
    band varchar(20) NOT NULL,
    confidence numeric(5, 2) NOT NULL,
    raw double precision[] NOT NULL,
    readings smallint[] NOT NULL,
    weights smallint[] NOT NULL,
    components smallint[] NOT NULL,
    gate_hits bigint NOT NULL,
    computed_at timestamptz NOT NULL,
    CONSTRAINT unscored_has_no_score CHECK ((score IS NULL) = (band = 'unscored')),
    PRIMARY KEY (account_id, day, revision)
) PARTITION BY RANGE (day);
CREATE TABLE health_healthscore_default PARTITION OF health_healthscore DEFAULT;
"""

# Every night rewrites every row. With half of each page free the new version stays beside the old
# one, so that no index is touched and no page is left to the vacuum.
ROOM = "ALTER TABLE health_currenthealth SET (fillfactor = 50)"
AS_BEFORE = "ALTER TABLE health_currenthealth RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]

    operations = [
        migrations.RunSQL(PARTITIONED, migrations.RunSQL.noop),
        # Here and not with its model, because the table of the first migration is thrown away.
        pgtrigger.migrations.AddTrigger(
            model_name='healthscore',
            trigger=pgtrigger.compiler.Trigger(name='closed_day_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT 1 FROM health_closedday WHERE day = OLD.day) THEN\n                        RAISE EXCEPTION 'scores of % are closed: write a revision', OLD.day;\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='01c006e86dbc70fd649081ac34d4068549c82780', operation='UPDATE OR DELETE', pgid='pgtrigger_closed_day_never_changes_5ab0b', table='health_healthscore', when='BEFORE')),
        ),
        migrations.RunSQL(ROOM, AS_BEFORE),
    ]
