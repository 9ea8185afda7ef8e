"""People: identity, registration, sign-in, contact, roles of staff, and who viewed whose identity."""
