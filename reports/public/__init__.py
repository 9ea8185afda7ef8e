"""What everybody may read of released reports: figures without small groups, promises and what became of them, data."""
