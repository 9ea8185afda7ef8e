"""The version of the usage policy that people accept; the text of a version never changes after it was shown."""

# Raise it together with the text of the page: every acceptance names the version that was on the screen.
POLICY_VERSION = "2026-01"
