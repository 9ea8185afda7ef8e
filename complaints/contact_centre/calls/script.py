"""What an agent says on a call, sentence by sentence, in the language of the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import translation
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from complaints.contact_centre.calls.call_tasks import SUBJECTS, Call, text_to_say

_PROOF: Final = _("So that I may write it down: what are the last 4 digits of the mobile number in your account?")
#: What is asked after the message was said, by the subject of the call.
_QUESTIONS: Final[dict[str, Sequence[StrPromise]]] = {
    "satisfaction": (
        _("May I ask you three short questions about it? You do not have to answer."),
        _PROOF,
        _("Is the matter solved: yes, partly or no?"),
        _("How were you treated: very badly, badly, neither well nor badly, well or very well?"),
        _("Is there anything you want to add? I write it down in your own words."),
        _("If you do not accept the answer, I can write down your objection now."),
    ),
    "reminders": (
        _("I can read the question to you and write your answer down now."),
        _PROOF,
        _("If you have no time now, you can answer on the page of your case after signing in."),
    ),
}


def call_script(call: Call) -> list[str]:
    """Return what to say: a greeting that asks for the person, what the message says, the questions, and thanks."""
    template = call.task.message.template
    subject = next((name for name, subject in SUBJECTS.items() if template in subject.templates), "")
    with translation.override(call.task.message.language):
        name = f"\u2068{call.citizen.short_name}\u2069" if call.citizen else ""
        greeting = gettext("Good day. This is the contact centre of At Your Service. Am I speaking with %(name)s?")
        questions = [str(question) for question in _QUESTIONS.get(subject, ())]
        return [greeting % {"name": name}, text_to_say(call), *questions, gettext("Thank you for your time. Goodbye.")]
