"""Registering and signing in with a digital identity over OpenID Connect; off while OIDC_ISSUER is empty."""
