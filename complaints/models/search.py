"""What the search of words keeps beside the cases: which words a run of neighbouring cases has at all."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchBlock(models.Model):
    """The words of a thousand cases with neighbouring keys: one that lacks a word is passed over unread.

    ``number`` times a thousand is the first key. A row exists only as long as it is true: a trigger deletes it when a
    case of the block is added or its words change, and ``complaints.search.index`` writes it anew.
    """

    CASES = 1000

    number = models.BigIntegerField(primary_key=True)
    search_vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["search_vector"], name="search_block_vector")]

    def __str__(self) -> str:
        return str(self.number)
