"""Refuse a proposed date, send a proposed answer back."""
