"""Case systems of agencies: what they do to a case, by the forms and actions of the desk."""
