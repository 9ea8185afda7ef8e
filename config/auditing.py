"""How many answers the audit of closings draws, and how many of them two people score."""

from config.environment import Env

__all__ = ["AUDIT_SAMPLE_SIZE", "AUDIT_SECOND_PERCENT"]

env = Env()

# Answers drawn for each agency in a round; the head of the unit may choose another number for a round.
AUDIT_SAMPLE_SIZE = env.int("AUDIT_SAMPLE_SIZE", default=12)
# Of a hundred drawn answers so many are scored by a second person.
AUDIT_SECOND_PERCENT = env.int("AUDIT_SECOND_PERCENT", default=20)
