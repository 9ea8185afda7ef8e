"""The index of the search by words: which words a block of cases contains."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchBlock(models.Model):
    """The words of a thousand cases with consecutive keys: the search skips a block that lacks a word.

    ``number`` times a thousand is the first key. A row exists only while it is up to date: a trigger deletes it when a
    case of the block is added or its words change, and ``complaints.search.index`` writes it again.
    """

    CASES = 1000

    number = models.BigIntegerField(primary_key=True)
    search_vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["search_vector"], name="search_block_vector")]

    def __str__(self) -> str:
        return str(self.number)
