"""Who runs the service: names, marks and phone numbers of pages, files and messages; no text writes them out."""

from config.environment import Env

__all__ = [
    "ANNEX_ANSWER_DAYS",
    "CALL_CENTRE_PHONE",
    "CONTACT_ADDRESS_AR",
    "CONTACT_ADDRESS_EN",
    "CONTACT_EMAIL",
    "CONTACT_HOURS_AR",
    "CONTACT_HOURS_EN",
    "DOMAIN_ENDING",
    "EMERGENCY_PHONE",
    "LOGO_FILE",
    "MAP_SEARCH_URL",
    "OFFICIAL_LINE_AR",
    "OFFICIAL_LINE_EN",
    "OPERATOR_NAME_AR",
    "OPERATOR_NAME_EN",
    "RELAY_AR",
    "RELAY_EN",
    "REPORT_ADDRESSEE_AR",
    "REPORT_ADDRESSEE_EN",
    "SECURITY_CONTACT",
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
# To whom periodic reports go, and in how many working days an agency answers its annex.
REPORT_ADDRESSEE_AR = env.str("REPORT_ADDRESSEE_AR", default="مكتب رئيس الوزراء")
REPORT_ADDRESSEE_EN = env.str("REPORT_ADDRESSEE_EN", default="the Prime Minister's office")
ANNEX_ANSWER_DAYS = env.int("ANNEX_ANSWER_DAYS", default=10)
CALL_CENTRE_PHONE = env.str("CALL_CENTRE_PHONE", default="065008080")
EMERGENCY_PHONE = env.str("EMERGENCY_PHONE", default="911")
# What the contact page says; an empty one is not mentioned. The e-mail address also takes the replies to our messages.
CONTACT_HOURS_AR = env.str("CONTACT_HOURS_AR", default="")
CONTACT_HOURS_EN = env.str("CONTACT_HOURS_EN", default="")
CONTACT_ADDRESS_AR = env.str("CONTACT_ADDRESS_AR", default="")
CONTACT_ADDRESS_EN = env.str("CONTACT_ADDRESS_EN", default="")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
# How people who cannot telephone reach the service: a relay service or an interpreter of sign language.
RELAY_AR = env.str("RELAY_AR", default="")
RELAY_EN = env.str("RELAY_EN", default="")
# Where whoever finds a weakness reports it: an address like mailto:security@service.example or https://…
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
# Where the desk looks up the place of a case; empty shows no link.
MAP_SEARCH_URL = env.str("MAP_SEARCH_URL", default="https://www.openstreetmap.org/search?query={place}")
