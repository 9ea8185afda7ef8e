"""Reads the settings of identities from the environment, as texts: what is wrong with them is a sentence of a check."""

from __future__ import annotations

from environ import Env


def registry_over_http(env: Env) -> dict[str, str]:
    """Return how a registry over HTTP is asked, and what its answers mean."""
    return {
        "REGISTRY_HTTP_URL": env.str("REGISTRY_HTTP_URL", default=""),
        "REGISTRY_HTTP_AUTH": env.str("REGISTRY_HTTP_AUTH", default="{}"),
        "REGISTRY_HTTP_BODY": env.str("REGISTRY_HTTP_BODY", default=""),
        "REGISTRY_HTTP_ANSWERS": env.str("REGISTRY_HTTP_ANSWERS", default="[]"),
        "REGISTRY_HTTP_FIELDS": env.str("REGISTRY_HTTP_FIELDS", default="{}"),
        "REGISTRY_HTTP_KINDS": env.str("REGISTRY_HTTP_KINDS", default="national,personal"),
        "REGISTRY_HTTP_TIMEOUT": env.str("REGISTRY_HTTP_TIMEOUT", default="5"),
        "REGISTRY_HTTP_CA_FILE": env.str("REGISTRY_HTTP_CA_FILE", default=""),
        "REGISTRY_HTTP_CERT_FILE": env.str("REGISTRY_HTTP_CERT_FILE", default=""),
        "REGISTRY_HTTP_KEY_FILE": env.str("REGISTRY_HTTP_KEY_FILE", default=""),
    }


def oidc(env: Env) -> dict[str, str]:
    """Return the OpenID provider by which citizens may register and sign in, and where its claims say who they are."""
    return {
        "OIDC_ISSUER": env.str("OIDC_ISSUER", default=""),
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default=""),
        "OIDC_CLIENT_SECRET": env.str("OIDC_CLIENT_SECRET", default=""),
        "OIDC_SCOPES": env.str("OIDC_SCOPES", default="openid profile"),
        "OIDC_CLAIMS": env.str("OIDC_CLAIMS", default="{}"),
    }
