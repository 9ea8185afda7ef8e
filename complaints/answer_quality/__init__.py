"""What the answer to a citizen says: the judgement of an answer, its lexicon, and how well it judges."""
