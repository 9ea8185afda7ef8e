"""The moment of the newest event on the case itself, and a guard that the history never runs backwards."""

from __future__ import annotations

from django.db import migrations, models

FILL = """
UPDATE complaints_case SET changed_at = event.at FROM complaints_caseevent AS event
WHERE event.case_id = complaints_case.id AND event.number = complaints_case.version;
"""

# At once, whatever the clocks of two machines say.
TIME_GUARD = """
CREATE FUNCTION complaints_guard_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of case % would run backwards', NEW.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_case_time AFTER UPDATE ON complaints_case
    FOR EACH ROW WHEN (NEW.changed_at < OLD.changed_at) EXECUTE FUNCTION complaints_guard_time();
"""

REQUIRE_EVENT = """
CREATE OR REPLACE FUNCTION complaints_require_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM complaints_caseevent
    WHERE case_id = NEW.id AND number = NEW.version AND action = NEW.last_action AND to_state = NEW.state
        AND from_state = CASE TG_OP WHEN 'INSERT' THEN '' ELSE OLD.state END AND chain = NEW.chain{also};
    IF NOT FOUND THEN
        RAISE EXCEPTION 'state of case % has no event', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

DROP = """
DROP TRIGGER complaints_case_time ON complaints_case;
DROP FUNCTION complaints_guard_time;
"""


class Migration(migrations.Migration):
    """Take the moments from the history, then guard them."""

    dependencies = [("complaints", "0002_guards")]

    operations = [
        migrations.AddField("case", "changed_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("case", "changed_at", models.DateTimeField()),
        migrations.RunSQL(
            [TIME_GUARD, REQUIRE_EVENT.format(also=" AND at = NEW.changed_at")],
            [DROP, REQUIRE_EVENT.format(also="")],
        ),
    ]
