"""Creating an account: three steps, a code, and the check against the registry."""
