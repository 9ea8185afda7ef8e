"""The pages on which a directorate is asked and answers."""
