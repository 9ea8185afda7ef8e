"""Link cases and undo it."""
