"""Days that are stored hold their NPS: answers note the day they were given on."""

from django.db import migrations, models

# Those that are stored hold none yet: they are computed until the next run writes them again.
NOTES = """
CREATE FUNCTION metrics_note_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO metrics_factchange (source, day)
    SELECT DISTINCT 'answers', (c.answered_at AT TIME ZONE i.time_zone)::date
    FROM changed c CROSS JOIN accounts_installation i WHERE c.kind = 'nps';
    RETURN NULL;
END $$;

CREATE TRIGGER metrics_note_new AFTER INSERT ON surveys_response
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_answers();
CREATE TRIGGER metrics_note_after AFTER UPDATE ON surveys_response
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_answers();
CREATE TRIGGER metrics_note_before AFTER UPDATE ON surveys_response
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_answers();
CREATE TRIGGER metrics_note_gone AFTER DELETE ON surveys_response
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION metrics_note_answers();

INSERT INTO metrics_factchange (source, day) SELECT 'answers', day FROM metrics_reportday;
"""
WITHOUT_NOTES = """
DROP TRIGGER metrics_note_new ON surveys_response;
DROP TRIGGER metrics_note_after ON surveys_response;
DROP TRIGGER metrics_note_before ON surveys_response;
DROP TRIGGER metrics_note_gone ON surveys_response;
DROP FUNCTION metrics_note_answers();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0013_contracts_of_many_sources"),
        ("surveys", "0003_first_language_of_a_survey"),
    ]

    operations = [
        migrations.RunSQL(NOTES, WITHOUT_NOTES),
        migrations.AlterField(
            model_name="factchange",
            name="day",
            field=models.DateField(
                help_text="Of the scores; the first of an override or of a contract without an end; the first of each quarter a contract starts, runs short or ends in; when an answer was given."
            ),
        ),
        migrations.AlterField(
            model_name="factchange",
            name="source",
            field=models.CharField(
                choices=[
                    ("scores", "Scores of a closed day"),
                    ("overrides", "Overridden bands"),
                    ("contracts", "Contracts"),
                    ("open_ended", "Contracts without an end"),
                    ("answers", "Answers to surveys"),
                ],
                max_length=10,
            ),
        ),
    ]
