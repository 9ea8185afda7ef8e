"""What a rule of an action refuses."""


class ActionRefused(ValueError):
    """A rule refuses what was asked of an action; the subclass says which.

    A form says it beside its field. Where staff, topics or agencies change between the check of the form and the
    action, the page says that something changed, and is shown again as it is for whoever is second.
    """
