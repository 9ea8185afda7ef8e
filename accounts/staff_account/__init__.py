"""Pages on which staff read and change their own account: password, second factors, language, sessions."""
