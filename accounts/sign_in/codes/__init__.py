"""Codes of five digits sent by SMS."""
