"""The pages of the unit that runs the service."""
