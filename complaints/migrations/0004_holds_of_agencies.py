"""A hold may keep all cases that were ever with an agency and were filed between two days."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

IS_HELD = """
CREATE OR REPLACE FUNCTION complaints_is_held(about bigint, person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM complaints_legalhold AS hold
        WHERE lifted_at IS NULL AND (until IS NULL OR until >= (now() AT TIME ZONE 'Asia/Amman')::date)
            AND (case_id = about OR citizen_id = person OR EXISTS (
                SELECT FROM complaints_case AS held
                WHERE held.id = about AND hold.agency_id IS NOT NULL
                    AND (held.filed_at AT TIME ZONE 'Asia/Amman')::date
                        BETWEEN coalesce(hold.filed_since, '-infinity') AND coalesce(hold.filed_until, 'infinity')
                    AND (held.agency_id = hold.agency_id OR EXISTS (
                        SELECT FROM complaints_holding AS span
                        WHERE span.case_id = held.id AND span.agency_id = hold.agency_id
                    ))
            ))
    )
$$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION complaints_is_held(about bigint, person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM complaints_legalhold
        WHERE lifted_at IS NULL AND (until IS NULL OR until >= (now() AT TIME ZONE 'Asia/Amman')::date)
            AND (case_id = about OR citizen_id = person)
    )
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_guards"), ("complaints", "0003_erasure_guards")]

    _why = "holds are a handful of rows, read by one page of the head and where something is erased"
    accepted_risks = {
        "adding-foreign-key-constraint": _why,
        "constraint-missing-not-valid": _why,
        "ban-drop-constraint": "the one that replaces it allows all that it allowed, and refuses all else",
    }

    operations = [
        migrations.AddField(
            "legalhold",
            "agency",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_holds",
                to="agencies.agency",
            ),
        ),
        migrations.AddField("legalhold", "filed_since", models.DateField(blank=True, null=True)),
        migrations.AddField("legalhold", "filed_until", models.DateField(blank=True, null=True)),
        migrations.RemoveConstraint("legalhold", "legalhold_on_a_case_or_a_person"),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=Q(case__isnull=False, citizen__isnull=True, agency__isnull=True)
                | Q(case__isnull=True, citizen__isnull=False, agency__isnull=True)
                | Q(case__isnull=True, citizen__isnull=True, agency__isnull=False),
                name="legalhold_on_one_thing",
            ),
        ),
        migrations.AddConstraint(
            "legalhold",
            models.CheckConstraint(
                condition=Q(filed_since__isnull=True, filed_until__isnull=True)
                | (
                    Q(agency__isnull=False)
                    & (Q(filed_since__isnull=True) | Q(filed_until__isnull=True) | Q(filed_since__lte=F("filed_until")))
                ),
                name="legalhold_span_of_an_agency",
            ),
        ),
        migrations.RunSQL(IS_HELD, BEFORE),
    ]
