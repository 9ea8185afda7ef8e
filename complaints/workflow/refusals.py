"""What a rule of an action refuses."""


class ActionRefused(ValueError):
    """A rule refuses what was asked of an action; the subclass says which.

    A form says it beside its field. Where staff, topics or agencies change between the check of the form and the
    action, the page of a conflict says so, with what was typed.
    """
