"""Where the worker portal of a workforce takes people who have signed in, and signed out."""

from __future__ import annotations


def call_back_url(portal_url: str) -> str:
    """Return where Cognito sends people who have signed in, which the portal's client must know."""
    return f"{portal_url}/oauth2/idpresponse"


def sign_out_url(portal_url: str) -> str:
    """Return where it sends people who have signed out."""
    return f"{portal_url}/logout"
