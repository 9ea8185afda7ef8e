"""Who runs the service: names, marks and phone numbers of pages, files and messages; no text writes them out."""

from config.environment import Env

__all__ = [
    "CALL_CENTRE_PHONE",
    "DOMAIN_ENDING",
    "EMERGENCY_PHONE",
    "LOGO_FILE",
    "OFFICIAL_LINE_AR",
    "OFFICIAL_LINE_EN",
    "OPERATOR_NAME_AR",
    "OPERATOR_NAME_EN",
]

env = Env()

OPERATOR_NAME_AR = env.str("OPERATOR_NAME_AR", default="وحدة إدارة الشكاوى الحكومية")
OPERATOR_NAME_EN = env.str("OPERATOR_NAME_EN", default="Government Complaints Management Unit")
# The line above every page of citizens, and how the address of the site ends.
OFFICIAL_LINE_AR = env.str("OFFICIAL_LINE_AR", default="موقع رسمي لحكومة المملكة الأردنية الهاشمية")
OFFICIAL_LINE_EN = env.str("OFFICIAL_LINE_EN", default="Official website · Government of Jordan")
DOMAIN_ENDING = env.str("DOMAIN_ENDING", default=".gov.jo")
# A picture below static/ instead of the drawn mark.
LOGO_FILE = env.str("LOGO_FILE", default="")
CALL_CENTRE_PHONE = env.str("CALL_CENTRE_PHONE", default="065008080")
EMERGENCY_PHONE = env.str("EMERGENCY_PHONE", default="911")
