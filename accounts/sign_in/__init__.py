"""Signing in and out, codes by SMS, passwords, forgotten passwords."""
