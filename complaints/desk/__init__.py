"""The pages of liaison officers and their supervisors."""
