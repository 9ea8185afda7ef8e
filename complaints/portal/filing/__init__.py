"""The pages that file a case."""
