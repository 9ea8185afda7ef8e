"""Journeys in a real browser over the whole running system: from the seed, through pages alone."""
