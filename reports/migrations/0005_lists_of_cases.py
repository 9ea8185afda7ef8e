"""The indexes by which the cases behind a number are found."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Final

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

LISTED: Final = {
    "filed": ("received", "came_back"),
    "closed": ("closed",),
    "decided": ("decided", "decided_in_time"),
    "answered": ("answered", "answered_in_time", "challenged"),
    "words": ("confirmed", "disputed", "unanswered", "rated", "treated"),
    "seldom": ("bounced", "extended", "objected", "upheld", "failed", "reclassified", "hollow"),
}


def _of_list(group: str, *columns: str, name: str) -> models.Index:
    adds = reduce(or_, (models.Q(**{f"{each}__gt": 0}) for each in LISTED[group]))
    return models.Index(fields=[*columns, "origin", "case_id"], condition=adds, name=f"{name}_{group}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("reports", "0004_evidence_about_phenomena")]

    operations = [
        AddIndexConcurrently("figureentry", index)
        for group in LISTED
        for index in (_of_list(group, name="figure_list"), _of_list(group, "agency_id", name="figure_agency_list"))
    ]
