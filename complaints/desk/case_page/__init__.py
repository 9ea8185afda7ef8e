"""The page of a case, with what stands on it."""
