"""The wordings of messages and their editing."""
