"""The form of a routing rule that is tried before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Governorate, RoutingRule, Topic
from complaints.staff.forms import AgencyChoiceForm
from complaints.suggestions.trial import Proposal
from kit.forms import CHOOSE, LineField


class TryRuleForm(AgencyChoiceForm):
    """Topic, place and agency of a rule, and the rule it would replace; ``proposal`` once it is valid.

    A chosen rule says what the boxes left empty do not.
    """

    rule = forms.ChoiceField(required=False, label=_("Rule to change"))
    topic = forms.ChoiceField(required=False, label=_("Topic or group of topics"))
    governorate = forms.ChoiceField(required=False, label=_("Governorate"))
    place = LineField(max=80, required=False, label=_("Town"), help_text=_("In Arabic, as people write it"))
    agency = forms.ChoiceField(label=_("Agency the rule would assign"))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        rules: Sequence[RoutingRule],
        topics: Sequence[Topic],
        governorates: Sequence[Governorate],
        agencies: Sequence[Agency],
    ) -> None:
        super().__init__(data, agencies=agencies)
        self.rules = {str(rule.pk): rule for rule in rules}
        self.topics = {topic.code: topic for topic in topics}
        self.places = {governorate.code: governorate for governorate in governorates}
        self.offer_choices("rule", [(key, str(rule)) for key, rule in self.rules.items()], empty=_("A new rule"))
        self.offer_choices("topic", [(code, _indented(topic)) for code, topic in self.topics.items()], empty=CHOOSE)
        places = [(code, governorate.name) for code, governorate in self.places.items()]
        self.offer_choices("governorate", places, empty=_("Everywhere"))

    def clean(self) -> dict[str, Any]:
        """Ask for the topic of a new rule, and for the governorate of a town."""
        cleaned = super().clean() or {}
        rule = self.rules.get(cleaned.get("rule", ""))
        if rule is None and not cleaned.get("topic") and "topic" in cleaned:
            self.add_error("topic", _("Choose the topic of the rule"))
        if cleaned.get("place") and not (cleaned.get("governorate") or (rule and rule.governorate)):
            self.add_error("governorate", _("Choose the governorate of the place"))
        return cleaned

    @property
    def proposal(self) -> Proposal:
        """Return the rule to try."""
        said = self.cleaned_data
        rule = self.rules.get(said["rule"])
        topic = self.topics.get(said["topic"]) or (rule.topic if rule else None)
        if topic is None:
            message = "a form without a topic is not valid"
            raise ValueError(message)
        governorate = self.places.get(said["governorate"]) or (rule.governorate if rule else None)
        place = said["place"] or (rule.place_ar if rule else "")
        return Proposal(topic, governorate, place, self.chosen_agency, replaces=rule)


def _indented(topic: Topic) -> str:
    return f"— {topic.name}" if topic.parent_id else topic.name
