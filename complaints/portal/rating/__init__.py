"""Rating an answer: on the citizen's case page, or by the signed link of a message without signing in."""
