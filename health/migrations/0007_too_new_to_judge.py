"""An account that is too new has no score either, in a state of its own; and the band that it had."""

from django.db import migrations, models

# Rows there are hold: they say what the narrower rule allowed.
WIDER = """
ALTER TABLE health_healthscore DROP CONSTRAINT unscored_has_no_score;
ALTER TABLE health_healthscore ADD CONSTRAINT unscored_has_no_score
    CHECK ((score IS NULL) = (band IN ('unscored', 'too_new'))) NOT VALID;
"""
# What an account without a score had last is not known; it begins with the next score.
KNOWN = "UPDATE health_currenthealth SET last_band = band WHERE score IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("health", "0006_dwell_on_rising")]

    operations = [
        migrations.RunSQL(WIDER, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="currenthealth",
            name="last_band",
            field=models.CharField(
                max_length=20,
                default="",
                db_default="",
                blank=True,
                help_text="What it is, or was before there was no score; empty where there never was one.",
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
