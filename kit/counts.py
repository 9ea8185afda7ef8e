"""Counting rows up to a cap inside a statement."""

from __future__ import annotations

from django.db import models


class CountOf(models.Subquery):
    """How many rows a query has; its own LIMIT is what caps it."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()
