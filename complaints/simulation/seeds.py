"""Deals out what people file: texts by season, places, agencies by the routing rules, channels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from random import Random

from django.utils import timezone

from agencies.models import Governorate, Topic
from agencies.routing import Matter, owner_by
from complaints.models import Channel
from complaints.simulation.chances import MISTAKING
from complaints.simulation.texts import CaseText, read_texts
from complaints.simulation.world import Desk, Seed, World

#: The weight of each further agency falls as in life, where nothing says whose a case is: a few receive most.
FALLING = 0.93
#: Of a hundred cases: the citizen does not know the agency, or names another one.
UNKNOWN, MISTAKEN = 0.07, 0.05
CHANNELS: Mapping[Channel, int] = {Channel.APP: 50, Channel.WEB: 33, Channel.PHONE: 15, Channel.AGENCY_SITE: 2}
#: How often somebody asks that the agency does not learn who they are.
HIDING = 0.03
#: Of a hundred people, where they live (Department of Statistics, estimate for the end of 2023, rounded).
POPULATION: Mapping[str, float] = {
    "JO-AM": 42,
    "JO-IR": 18.5,
    "JO-AZ": 14.3,
    "JO-MA": 5.8,
    "JO-BA": 5.2,
    "JO-KA": 3.3,
    "JO-JA": 2.5,
    "JO-MD": 2,
    "JO-AQ": 2,
    "JO-AJ": 1.8,
    "JO-MN": 1.6,
    "JO-AT": 1,
}
STREETS = (
    "شارع الجامعة",
    "شارع المدارس",
    "شارع الملكة رانيا",
    "شارع السوق",
    "شارع البلدية",
    "شارع الحسين",
    "شارع المسجد",
)


class SeedMaker:
    """Makes what one person files after another."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.topics = {topic.code: topic for topic in world.topics}
        self.desks = {desk.agency.code: desk for desk in world.desks}
        self.weights = list(accumulate(FALLING**index for index in range(len(world.desks))))
        self.texts = [text for text in read_texts() if text.topic in self.topics] or list(read_texts())
        self.shares = {month: list(accumulate(text.share_in(month) for text in self.texts)) for month in range(1, 13)}
        self._owners: dict[tuple[object, ...], Desk | None] = {}
        towns = Counter(governorate.code for governorate, _place in world.places)
        self.people = list(accumulate(POPULATION[one.code] / towns[one.code] for one, _place in world.places))

    def seed(self, at: datetime) -> Seed:
        """Return what a person files at ``at``."""
        dice = self.dice
        text = dice.choices(self.texts, cum_weights=self.shares[timezone.localtime(at).month])[0]
        topic = self.topics.get(text.topic) or dice.choice(self.world.topics)
        governorate, place = self._place()
        owner = self._owner(text, topic, governorate, place)
        return Seed(
            text=text,
            gaps=self._gaps(place),
            topic=topic,
            desk=self._first(owner),
            owner=owner,
            governorate=governorate,
            place=place,
            channel=dice.choices(list(CHANNELS), list(CHANNELS.values()))[0],
            hides_identity=topic.hides_identity or dice.random() < HIDING,
            mistaken=self._mistaken(topic, text.kind) if dice.random() < MISTAKING else None,
        )

    def _mistaken(self, topic: Topic, kind: str) -> Topic | None:
        """Return a topic of the same group that is taken for ``topic``."""
        group = [one for one in self.world.topics if one.parent_id == topic.parent_id and kind in one.kinds]
        others = [one for one in group if one != topic]
        # The next one in the list, so that the same pairs are confused again and again.
        return others[group.index(topic) % len(others)] if others and topic in group else None

    def _place(self) -> tuple[Governorate | None, str]:
        if not self.world.places:
            return None, ""
        return self.dice.choices(self.world.places, cum_weights=self.people)[0]

    def _owner(self, text: CaseText, topic: Topic, governorate: Governorate | None, place: str) -> Desk:
        desk = self.desks.get(text.agency) if text.agency else self._by_rule(topic, governorate, place)
        return desk or self.dice.choices(self.world.desks, cum_weights=self.weights)[0]

    def _by_rule(self, topic: Topic, governorate: Governorate | None, place: str) -> Desk | None:
        """Return the desk of the responsible agency; kept, because few topics and places come again and again."""
        key = topic.pk, governorate and governorate.pk, place
        if key not in self._owners:
            self._owners[key] = self.world.desk(owner_by(self.world.rules, Matter(topic, governorate, place)))
        return self._owners[key]

    def _first(self, owner: Desk) -> Desk | None:
        """Return where it goes first."""
        chance = self.dice.random()
        if chance < UNKNOWN:
            return None
        return self.dice.choice(self.world.desks) if chance < UNKNOWN + MISTAKEN else owner

    def _gaps(self, place: str) -> dict[str, str]:
        dice = self.dice
        return {
            "place": place or "وسط البلد",
            "street": dice.choice(STREETS),
            "days": str(dice.randint(3, 20)),
            "number": str(dice.randint(1000, 99999)),
        }
