"""The forms of the doors: registration, codes, sign-in, passwords and the mobile number."""
