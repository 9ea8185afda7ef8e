"""Spans around an answer: the send window, until when it is rated, when its citizen is asked, what counts as back."""

from config.environment import Env

__all__ = [
    "CAME_BACK_WEEKS",
    "RATING_CHANGE_DAYS",
    "RATING_OPEN_DAYS",
    "RATING_QUESTION_DAYS",
    "REMINDER_CALLS",
    "SATISFACTION_CALLS",
    "SEND_WINDOW",
]

env = Env()

# Seconds for which the messages of an acceptance, a refusal or an answer wait, so that it can be undone; 0: not at all.
SEND_WINDOW = env.int("SEND_WINDOW", default=120)
# Days after the closing in which the first rating is taken, and days after that one in which it may be changed.
RATING_OPEN_DAYS = env.int("RATING_OPEN_DAYS", default=30)
RATING_CHANGE_DAYS = env.int("RATING_CHANGE_DAYS", default=14)
# Days after the closing on which who has not rated is asked once by message; 0 asks nobody.
RATING_QUESTION_DAYS = env.int("RATING_QUESTION_DAYS", default=3)
# So many people a day are called who were asked and did not rate, and who were reminded of an open question; 0: nobody.
SATISFACTION_CALLS = env.int("SATISFACTION_CALLS", default=20)
REMINDER_CALLS = env.int("REMINDER_CALLS", default=50)
# Within so many weeks of a closing a complaint of the same topic and place says that the problem came back; 0: never.
CAME_BACK_WEEKS = env.int("CAME_BACK_WEEKS", default=8)
