"""The tables of the directory, in the order of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from complaints.unit.directory.agencies.table import AGENCIES
from complaints.unit.directory.centres.table import CENTRE_STATES, CENTRES
from complaints.unit.directory.danger.table import DANGER_SIGNS
from complaints.unit.directory.directorates.table import DIRECTORATES
from complaints.unit.directory.directory_tables import DirectoryTable
from complaints.unit.directory.governorates.table import GOVERNORATES
from complaints.unit.directory.holidays.table import HOLIDAYS
from complaints.unit.directory.hours.table import HOURS
from complaints.unit.directory.phrases.table import PHRASES
from complaints.unit.directory.places.table import PLACES
from complaints.unit.directory.questions.table import QUESTIONS
from complaints.unit.directory.rules.table import RULES
from complaints.unit.directory.sites.table import AGENCY_SITES
from complaints.unit.directory.topic_phrases.table import TOPIC_PHRASES
from complaints.unit.directory.topics.table import TOPICS
from complaints.unit.directory.word_groups.table import WORD_GROUPS

TABLES: Final[Mapping[str, DirectoryTable]] = {
    table.slug: table
    for table in (
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
