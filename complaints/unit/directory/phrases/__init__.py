"""The lexicon by which answers are judged."""
