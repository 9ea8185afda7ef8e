"""The pages of the contact centre."""
