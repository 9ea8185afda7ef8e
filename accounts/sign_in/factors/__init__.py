"""The second factors of staff: authenticator apps, passkeys, recovery codes, and being asked for them."""
