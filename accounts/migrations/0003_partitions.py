"""What Django's models cannot say about tables: those that are partitioned by month, and the
function by which the app role, which may not create tables, makes the next month's partition.
"""

from django.db import migrations

# UsageDay and InboxBatch are partitioned by month, with a default partition so that no row is
# ever refused for want of one. Nothing refers to them by foreign key.
PARTITIONED = """
DROP TABLE accounts_usageday;
CREATE TABLE accounts_usageday (
    account_id bigint NOT NULL,
    day date NOT NULL,
    feature_id smallint NOT NULL,
    -- Of installations made before there was one, migration 0019 adds it.
    actor smallint NOT NULL DEFAULT 0 CHECK (actor >= 0),
    learned_on date NOT NULL,
    events integer NOT NULL CONSTRAINT usage_not_negative CHECK (events >= 0),
    PRIMARY KEY (account_id, day, feature_id, actor, learned_on)
) PARTITION BY RANGE (day);
CREATE TABLE accounts_usageday_default PARTITION OF accounts_usageday DEFAULT;
-- What was learned since a day: of each month only the pages that were written since.
CREATE INDEX accounts_usageday_learned_on ON accounts_usageday
USING brin (learned_on) WITH (pages_per_range = 32, autosummarize = on);

DROP TABLE accounts_inboxbatch;
CREATE SEQUENCE accounts_inboxbatch_id_seq;
CREATE TABLE accounts_inboxbatch (
    id bigint NOT NULL DEFAULT nextval('accounts_inboxbatch_id_seq'),
    received_on date NOT NULL,
    received_at timestamptz NOT NULL,
    source varchar(80) NOT NULL,
    kind varchar(30) NOT NULL,
    media_type varchar(80) NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (id, received_on)
) PARTITION BY RANGE (received_on);
ALTER SEQUENCE accounts_inboxbatch_id_seq OWNED BY accounts_inboxbatch.id;
CREATE TABLE accounts_inboxbatch_default PARTITION OF accounts_inboxbatch DEFAULT;
"""

# The app role may not create tables: it asks this function, which runs as the owner. Rows that
# had gone to the default partition move into the month's own one.
ENSURE_PARTITIONS = """
CREATE FUNCTION cs_ensure_partitions(parent text, from_month date, to_month date)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', from_month)::date;
    child text;
    key text;
    made integer := 0;
BEGIN
    SELECT a.attname INTO key
    FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
    WHERE p.partrelid = to_regclass(quote_ident(parent)) AND p.partstrat = 'r';
    IF key IS NULL THEN
        RAISE EXCEPTION '% is not partitioned by month', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('cs_ensure_partitions'));
    WHILE month <= to_month LOOP
        child := format('%s_%s', parent, to_char(month, 'YYYYMM'));
        IF to_regclass(quote_ident(child)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) '
                'INSERT INTO %I SELECT * FROM moved',
                parent || '_default', key, month, key, (month + interval '1 month')::date, child);
            EXECUTE format(
                'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, child, month, (month + interval '1 month')::date);
            made := made + 1;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_admin_entries")]

    operations = [
        migrations.RunSQL(PARTITIONED, migrations.RunSQL.noop),
        migrations.RunSQL(
            ENSURE_PARTITIONS, "DROP FUNCTION cs_ensure_partitions(text, date, date)"
        ),
    ]
