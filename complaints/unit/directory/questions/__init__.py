"""The questions that are asked about topics."""
