"""What citizens say of answers, problems that came back, and the triggers that keep ratings in the citizen's hands."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# Whatever stands may be rated by the citizen alone, by account or by the signed link (an event without an actor); a
# change keeps the former words. Judged at commit, when the event is written too. Erasing changes words and nothing else.
GUARD_RATING = """
CREATE OR REPLACE FUNCTION complaints_guard_rating() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    said record;
    answer record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.case_id, NEW.closing_id, NEW.made_at) IS DISTINCT FROM (OLD.case_id, OLD.closing_id, OLD.made_at) THEN
            RAISE EXCEPTION 'rating % belongs to its answer', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.event_id = OLD.event_id THEN
            IF (NEW.solved, NEW.treated, NEW.changed_at) IS DISTINCT FROM (OLD.solved, OLD.treated, OLD.changed_at)
                OR (NEW.text <> OLD.text AND NEW.text <> '—') THEN
                RAISE EXCEPTION 'rating % is changed by its citizen alone', OLD.id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END IF;
        PERFORM 1 FROM complaints_formerrating AS former
        WHERE former.rating_id = OLD.id AND former.event_id = OLD.event_id AND former.solved = OLD.solved
            AND former.treated IS NOT DISTINCT FROM OLD.treated AND former.text = OLD.text;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the former words of rating % are not kept', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    SELECT event.action, event.actor_id, event.number, person.user_id INTO said
    FROM complaints_caseevent AS event
        JOIN complaints_case AS rated ON rated.id = event.case_id
        JOIN accounts_citizen AS person ON person.id = rated.citizen_id
    WHERE event.id = NEW.event_id;
    IF said.action IS DISTINCT FROM 'rate'
        OR (said.actor_id IS NOT NULL AND said.actor_id IS DISTINCT FROM said.user_id) THEN
        RAISE EXCEPTION 'rating % is not its citizen''s', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT event.id, event.action INTO answer
    FROM complaints_caseevent AS event
    WHERE event.case_id = NEW.case_id AND event.number < said.number
        AND event.action IN ('close', 'correct', 'archive', 'withdraw')
    ORDER BY event.number DESC LIMIT 1;
    IF answer.id IS DISTINCT FROM NEW.closing_id OR answer.action IS DISTINCT FROM 'close' THEN
        RAISE EXCEPTION 'rating % is not of the answer that stands', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaints_rating_is_the_citizens AFTER INSERT OR UPDATE ON complaints_rating
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION complaints_guard_rating();
"""

# Former words stay as they were, and ratings as they are, until their case is erased or deleted.
GUARD_KEPT = """
CREATE OR REPLACE FUNCTION complaints_guard_kept_ratings() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM complaints_deletedcase WHERE case_key = OLD.case_id;
        IF FOUND THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.text = '—' AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what a citizen said is kept' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_rating_is_kept BEFORE DELETE ON complaints_rating
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_kept_ratings();
CREATE TRIGGER complaints_formerrating_is_kept BEFORE UPDATE OR DELETE ON complaints_formerrating
    FOR EACH ROW EXECUTE FUNCTION complaints_guard_kept_ratings();
"""

#: The columns of complaints.retention.erasing.WORDS that are new; a test compares them.
WORDS = {"rating": ("text",), "formerrating": ("text",)}
HELD = "".join(
    f"""
CREATE TRIGGER complaints_{table}_words_are_held AFTER UPDATE OF text ON complaints_{table} FOR EACH ROW
    WHEN (OLD.text <> NEW.text AND NEW.text IN ('', '—')) EXECUTE FUNCTION complaints_refuse_erasing();
CREATE TRIGGER complaints_{table}_is_held AFTER DELETE ON complaints_{table} FOR EACH ROW
    EXECUTE FUNCTION complaints_refuse_erasing();
"""
    for table in WORDS
)
DROP = """
DROP TRIGGER complaints_formerrating_is_held ON complaints_formerrating;
DROP TRIGGER complaints_formerrating_words_are_held ON complaints_formerrating;
DROP TRIGGER complaints_rating_is_held ON complaints_rating;
DROP TRIGGER complaints_rating_words_are_held ON complaints_rating;
DROP TRIGGER complaints_formerrating_is_kept ON complaints_formerrating;
DROP TRIGGER complaints_rating_is_kept ON complaints_rating;
DROP FUNCTION complaints_guard_kept_ratings;
DROP TRIGGER complaints_rating_is_the_citizens ON complaints_rating;
DROP FUNCTION complaints_guard_rating;
"""

SOLVED = [("yes", "Solved"), ("partly", "Partly solved"), ("no", "Not solved")]


def _event(*, unique: bool = True) -> models.Field:
    kind = models.OneToOneField if unique else models.ForeignKey
    return kind(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.caseevent")


def _case(name: str) -> models.Field:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=name, to="complaints.case")


def _key() -> tuple[str, models.Field]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _said() -> list[tuple[str, models.Field]]:
    return [
        ("solved", models.CharField(choices=SOLVED, max_length=6)),
        ("treated", models.PositiveSmallIntegerField(blank=True, null=True)),
        ("text", models.TextField(blank=True, max_length=3000)),
    ]


def _events_of(case: str, *events: str) -> models.Q:
    own = models.Q()
    for event in events:
        own &= models.Q(**{case: models.F(event).bitrightshift(20)})
    return own


def _checks(name: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(condition=models.Q(solved__in=["yes", "partly", "no"]), name=f"{name}_solved_is_known"),
        models.CheckConstraint(
            condition=models.Q(treated__isnull=True) | models.Q(treated__range=(1, 5)),
            name=f"{name}_treated_is_on_the_scale",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_guards"),
        ("complaints", "0012_visitors_drafts_and_coordinates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rating",
            fields=[
                _key(),
                *_said(),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("case", _case("ratings")),
                ("closing", _event()),
                ("event", _event()),
            ],
            options={
                "verbose_name": "rating",
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=_events_of("case", "closing", "event"), name="rating_events_are_of_its_case"
                    ),
                    *_checks("rating"),
                    models.CheckConstraint(
                        condition=models.Q(changed_at__gte=models.F("made_at")),
                        name="rating_is_changed_after_it_was_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerRating",
            fields=[
                _key(),
                *_said(),
                ("replaced_at", models.DateTimeField()),
                ("case", _case("former_ratings")),
                ("event", _event()),
                (
                    "rating",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former", to="complaints.rating"
                    ),
                ),
            ],
            options={
                "verbose_name": "former rating",
                "ordering": ["replaced_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=_events_of("case", "event"), name="former_rating_events_are_of_its_case"
                    ),
                    *_checks("former_rating"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recurrence",
            fields=[
                _key(),
                ("noticed_at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recurrence", to="complaints.case"
                    ),
                ),
                ("earlier", _case("recurrences")),
                ("closing", _event(unique=False)),
            ],
            options={
                "verbose_name": "recurrence",
                "ordering": ["noticed_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=_events_of("earlier", "closing"), name="recurrence_closing_is_of_the_earlier_case"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(earlier=models.F("case")), name="recurrence_is_of_another_case"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(state="closed", kind="complaint"),
                fields=["topic", "governorate", "closed_at"],
                name="case_closed_by_place",
            ),
        ),
        migrations.RunSQL([GUARD_RATING, GUARD_KEPT, HELD], DROP),
    ]
