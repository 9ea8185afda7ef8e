"""Citizens sign in by number and password, and sign out."""
