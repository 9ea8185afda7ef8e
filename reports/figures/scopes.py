"""What figures are asked for: the dimensions they are broken down by, and which part of the cases they are of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

type Key = int | str | None


class Dimension(StrEnum):
    """What figures can be broken down by; the value is the column of an entry."""

    AGENCY = "agency_id"
    TOPIC = "topic_id"
    KIND = "kind"
    CHANNEL = "channel"
    GOVERNORATE = "governorate_id"


@dataclass(frozen=True)
class Scope:
    """A part of the cases; None is all of a dimension, and the key None in a set is "without one"."""

    agencies: frozenset[Key] | None = None
    topics: frozenset[Key] | None = None
    kinds: frozenset[Key] | None = None
    channels: frozenset[Key] | None = None
    governorates: frozenset[Key] | None = None

    def of(self, dimension: Dimension) -> frozenset[Key] | None:
        """Return the keys of one dimension, None for all."""
        match dimension:
            case Dimension.AGENCY:
                return self.agencies
            case Dimension.TOPIC:
                return self.topics
            case Dimension.KIND:
                return self.kinds
            case Dimension.CHANNEL:
                return self.channels
            case Dimension.GOVERNORATE:
                return self.governorates

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that are limited."""
        return tuple(each for each in Dimension if self.of(each) is not None)
