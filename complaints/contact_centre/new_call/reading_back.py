"""What an agent reads to whoever tells a case before it is filed: sentences made from the fields of the draft."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, pgettext

from accounts.models import Citizen
from complaints.case_text.kinds import words_of_kind
from complaints.models import Draft, NotifyBy, TopicAnswer
from complaints.visibility.identity import must_hide
from kit.unit import unit_name


def sentences(draft: Draft, citizen: Citizen, answers: Sequence[TopicAnswer]) -> list[str]:
    """Return the sentences in their order, in the language of the page; ``answers`` are those of the topic."""
    said = [
        _addressee_sentence(draft),
        gettext("This is what I wrote down: %(text)s") % {"text": _quoted(draft.details)},
    ]
    said += [f"{one.question_label} {_quoted(one.answer_label)}" for one in answers]
    if place := _place(draft):
        said.append(gettext("The place is: %(place)s") % {"place": place})
    if draft.employee:
        said.append(gettext("The employee is: %(name)s") % {"name": _quoted(draft.employee)})
    if draft.hides_identity or must_hide(draft.topic, kind=draft.kind):
        said.append(gettext("The agency does not learn your name."))
    return [*said, _number_comes(draft, citizen), gettext("Is this correct?")]


def _addressee_sentence(draft: Draft) -> str:
    words = {
        "kind": str(words_of_kind(draft.kind).noun),
        "agency": draft.agency.name if draft.agency else "",
        "topic": draft.topic.name if draft.topic else "",
        "unit": unit_name(),
    }
    if draft.agency and draft.topic:
        return gettext("%(kind)s to: %(agency)s. The topic is: %(topic)s.") % words
    if draft.topic:
        return gettext("%(kind)s. The topic is: %(topic)s. The %(unit)s finds the right agency.") % words
    return gettext("%(kind)s. The %(unit)s finds the right agency.") % words


def _place(draft: Draft) -> str:
    parts = [draft.governorate.name if draft.governorate else "", draft.area, draft.place]
    return pgettext("between parts of a place", ", ").join(_quoted(part) for part in parts if part)


def _number_comes(draft: Draft, citizen: Citizen) -> str:
    if draft.notify_by == NotifyBy.EMAIL and citizen.confirmed_email:
        return gettext("You get the tracking number by e-mail now: %(to)s") % {"to": _digits(citizen.confirmed_email)}
    return gettext("You get the tracking number by SMS now: %(to)s") % {"to": _digits(citizen.masked_phone)}


def _quoted(text: str) -> str:
    return f"\u2068{text}\u2069"


def _digits(text: str) -> str:
    return f"\u2066{text.replace(' ', '\u00a0')}\u2069"
