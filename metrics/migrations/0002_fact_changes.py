"""The triggers that note which stored days have to be taken again, because facts below them changed."""

from django.db import migrations

# A transaction notes a day once: a bulk of revisions would leave as many notes. The list is
# gone with the transaction, or with the savepoint that is rolled back.
NOTES = """
CREATE FUNCTION metrics_note_scores() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE noted text := coalesce(current_setting('metrics.noted_days', true), '');
BEGIN
    IF position(NEW.day::text in noted) = 0 THEN
        INSERT INTO metrics_factchange (source, day) VALUES ('scores', NEW.day);
        PERFORM set_config('metrics.noted_days', noted || NEW.day::text, true);
    END IF;
    RETURN NULL;
END $$;

-- Scores that are closed get revisions; a day that was missed is scored late.
CREATE TRIGGER metrics_note AFTER INSERT ON health_healthscore FOR EACH ROW
WHEN (NEW.revision > 0 OR NEW.day < NEW.computed_at::date - 1)
EXECUTE FUNCTION metrics_note_scores();

CREATE FUNCTION metrics_note_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    VALUES ('overrides', CASE WHEN TG_OP = 'DELETE' THEN OLD.starts_on ELSE NEW.starts_on END);
    RETURN NULL;
END $$;

CREATE TRIGGER metrics_note AFTER INSERT OR UPDATE OR DELETE ON health_bandoverride
FOR EACH ROW EXECUTE FUNCTION metrics_note_override();

-- Renewals are listed by the quarter of their end, news by the day they were closed on; the
-- contract that a changed one renews changes its state with it.
CREATE FUNCTION metrics_note_contracts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    SELECT 'contracts', date_trunc('quarter', c.ends_on)::date FROM changed c
    UNION
    SELECT 'contracts', c.closed_on FROM changed c WHERE c.closed_on IS NOT NULL
    UNION
    SELECT 'contracts', date_trunc('quarter', p.ends_on)::date
    FROM changed c JOIN accounts_contract p ON p.id = c.renews_id;
    RETURN NULL;
END $$;

CREATE TRIGGER metrics_note_new AFTER INSERT ON accounts_contract
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_contracts();
CREATE TRIGGER metrics_note_after AFTER UPDATE ON accounts_contract
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_contracts();
CREATE TRIGGER metrics_note_before AFTER UPDATE ON accounts_contract
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_contracts();
CREATE TRIGGER metrics_note_gone AFTER DELETE ON accounts_contract
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_contracts();
"""
WITHOUT_NOTES = """
DROP TRIGGER metrics_note_new ON accounts_contract;
DROP TRIGGER metrics_note_after ON accounts_contract;
DROP TRIGGER metrics_note_before ON accounts_contract;
DROP TRIGGER metrics_note_gone ON accounts_contract;
DROP TRIGGER metrics_note ON health_bandoverride;
DROP TRIGGER metrics_note ON health_healthscore;
DROP FUNCTION metrics_note_contracts();
DROP FUNCTION metrics_note_override();
DROP FUNCTION metrics_note_scores();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("health", "0002_storage"),
        ("metrics", "0001_initial"),
    ]

    operations = [migrations.RunSQL(NOTES, WITHOUT_NOTES)]
