"""Staff sign in by e-mail address and password."""
