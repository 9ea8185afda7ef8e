"""Computes what can be known exactly from published numbers: which unknowns a system of sums leaves no choice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

PRIME = 2**61 - 1

type Sum = Mapping[Hashable, int]


def determined(known: Iterable[Sum], wanted: Iterable[Sum]) -> list[Sum]:
    """Return those of the ``wanted`` sums of unknowns that follow from the ``known`` ones.

    A wanted sum follows if it is a combination of known ones; computed by elimination modulo a large prime.
    """
    basis: dict[Hashable, dict[Hashable, int]] = {}
    for one in known:
        left = _reduced(dict(one), basis)
        if left:
            pivot = next(iter(left))
            inverse = pow(left[pivot], -1, PRIME)
            basis[pivot] = {unknown: factor * inverse % PRIME for unknown, factor in left.items()}
    return [one for one in wanted if not _reduced(dict(one), basis)]


def _reduced(one: dict[Hashable, int], basis: Mapping[Hashable, Mapping[Hashable, int]]) -> dict[Hashable, int]:
    """Return what is left of a sum after everything known is taken off."""
    while True:
        pivot = next((unknown for unknown in one if unknown in basis), None)
        if pivot is None:
            return one
        factor = one[pivot]
        for unknown, part in basis[pivot].items():
            left = (one.get(unknown, 0) - factor * part) % PRIME
            if left:
                one[unknown] = left
            else:
                one.pop(unknown, None)
