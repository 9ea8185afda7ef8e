"""The things of the directory, in the order of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from complaints.unit.directory.agencies.thing import AGENCIES
from complaints.unit.directory.centres.thing import CENTRE_STATES, CENTRES
from complaints.unit.directory.danger.thing import DANGER_SIGNS
from complaints.unit.directory.directorates.thing import DIRECTORATES
from complaints.unit.directory.governorates.thing import GOVERNORATES
from complaints.unit.directory.holidays.thing import HOLIDAYS
from complaints.unit.directory.hours.thing import HOURS
from complaints.unit.directory.phrases.thing import PHRASES
from complaints.unit.directory.places.thing import PLACES
from complaints.unit.directory.questions.thing import QUESTIONS
from complaints.unit.directory.rules.thing import RULES
from complaints.unit.directory.sites.thing import AGENCY_SITES
from complaints.unit.directory.things import Thing
from complaints.unit.directory.topic_phrases.thing import TOPIC_PHRASES
from complaints.unit.directory.topics.thing import TOPICS
from complaints.unit.directory.word_groups.thing import WORD_GROUPS

THINGS: Final[Mapping[str, Thing]] = {
    thing.slug: thing
    for thing in (
        *(
            AGENCIES,
            DIRECTORATES,
            TOPICS,
            QUESTIONS,
            RULES,
            HOLIDAYS,
            HOURS,
            CENTRES,
            CENTRE_STATES,
            AGENCY_SITES,
            PHRASES,
        ),
        *(GOVERNORATES, PLACES, TOPIC_PHRASES, WORD_GROUPS, DANGER_SIGNS),
    )
}
