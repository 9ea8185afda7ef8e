"""Who may read what of a person: identity and redaction."""
