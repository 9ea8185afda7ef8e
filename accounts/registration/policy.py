"""The version of the usage policy; the text of a version never changes once it was published."""

# Change it together with the text of the page: every acceptance records the version that was shown.
POLICY_VERSION = "2026-01"
