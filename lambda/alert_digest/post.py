"""HTTP to people's tools: one request, and an error that says what is wrong without giving an address away.

The address of a webhook is itself a secret, so neither it nor an answer that may repeat it goes into an error.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 5.0
"""Seconds: an endpoint that takes longer is tried again by the next step, the others must have their turn."""

LOOPBACK = (("http", "127.0.0.1"), ("http", "localhost"))
"""The only places to which anything is sent unencrypted."""

Post = Callable[[str, bytes, Mapping[str, str]], Mapping[str, Any]]
"""Address, body and headers to the answer's JSON, empty where it is none."""


class DeliveryError(RuntimeError):
    """A message was not taken. `retry_after` is the endpoint's own wish, in seconds."""

    def __init__(self, text: str, retry_after: float = 0.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected request would carry the token to whoever answers there."""

    def redirect_request(self, *_: Any) -> None:
        return None


_open = urllib.request.build_opener(_NoRedirect).open


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """Sends one request.

    Raises:
        DeliveryError: no answer, or one that says no.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in LOOPBACK:
            raise DeliveryError("the endpoint's address must begin with https://")
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        with _open(request, timeout=TIMEOUT) as answer:
            return _json(answer.read())
    except urllib.error.HTTPError as error:
        wish = error.headers.get("Retry-After", "")
        raise DeliveryError(f"HTTP status {error.code}", float(wish) if wish.isdigit() else 0.0) from None
    except (OSError, ValueError) as error:  # URLError is an OSError; ValueError: not a URL
        reason = getattr(error, "reason", error)
        raise DeliveryError(f"no answer: {type(reason).__name__}") from None


def _json(text: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
