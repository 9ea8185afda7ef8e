"""One answer out of a few, drawn as cards."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms.text import Text

#: The words of the empty choice of a select in which people have to choose.
CHOOSE: Final = _("— choose —")


class Card(NamedTuple):
    """One answer shown as a card: what is stored, what is read, and a line below it.

    Cards with the same ``group`` that follow each other stand together under that heading.
    """

    value: str
    label: Text
    description: Text = ""
    group: Text = ""


class ChoiceCards(forms.RadioSelect):
    """Radio buttons drawn as cards."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.cards: Mapping[str, Card] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChoiceCards":
        copied: ChoiceCards = super().__deepcopy__(memo)
        copied.cards = self.cards
        return copied


class ChoiceCardsField(forms.ChoiceField):
    """One answer out of a few, each with an optional description.

    A form sets answers it learns late with ``self.offer("topic", cards)``.
    """

    widget: ChoiceCards = ChoiceCards  # type: ignore[assignment] # Django replaces the class by an instance

    def __init__(self, *, cards: Iterable[Card] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cards = tuple(cards)

    def __deepcopy__(self, memo: dict[int, Any]) -> "ChoiceCardsField":
        copied: ChoiceCardsField = super().__deepcopy__(memo)
        copied.cards = self.cards
        return copied

    @property
    def cards(self) -> Iterable[Card]:
        """The answers offered, in order."""
        return self._cards

    @cards.setter
    def cards(self, cards: Iterable[Card]) -> None:
        self._cards = tuple(cards)
        self.choices = [(card.value, card.label) for card in self._cards]
        self.widget.cards = {card.value: card for card in self._cards}
