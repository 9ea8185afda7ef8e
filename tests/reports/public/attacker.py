"""Computes what can be known exactly from published numbers: which unknowns a system of sums leaves no choice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

PRIME = 2**61 - 1

#: How often each unknown stands in a sum.
type Sum[U] = Mapping[U, int]


def determined[U: Hashable](known: Iterable[Sum[U]], wanted: Iterable[Sum[U]]) -> list[Sum[U]]:
    """Return those of the ``wanted`` sums of unknowns that follow from the ``known`` ones.

    A wanted sum follows if it is a combination of known ones; computed by elimination modulo a large prime.
    """
    basis: dict[U, dict[U, int]] = {}
    for one in known:
        left = _reduced(dict(one), basis)
        if left:
            pivot = next(iter(left))
            inverse = pow(left[pivot], -1, PRIME)
            basis[pivot] = {unknown: factor * inverse % PRIME for unknown, factor in left.items()}
    return [one for one in wanted if not _reduced(dict(one), basis)]


def _reduced[U: Hashable](one: dict[U, int], basis: Mapping[U, Mapping[U, int]]) -> dict[U, int]:
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
