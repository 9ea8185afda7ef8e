"""Which topics and kinds are confused, as corrections show."""
