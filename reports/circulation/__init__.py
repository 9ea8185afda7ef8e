"""A released report goes to its addressee and, with an annex, to each agency; who received, opened and answered it."""
