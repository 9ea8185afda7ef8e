"""The unit's pages about mandates: those it confirms for people who cannot, and those in force."""
