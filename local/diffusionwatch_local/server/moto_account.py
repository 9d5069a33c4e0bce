"""moto behind the front door: an empty account at the start, on the common clock, and no message that leaves."""

from __future__ import annotations

import logging
import os
from typing import Any
from urllib.parse import urlparse

import moto.sns.models
import requests
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from diffusionwatch.clock import Clock

from . import moto_queues

log = logging.getLogger(__name__)

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _LoopbackOnly:
    """Stands where moto's SNS looks for `requests`: webhooks on this machine are called, others are dropped."""

    def post(self, url: str, **kwargs: Any) -> None:
        if urlparse(url).hostname not in _LOOPBACK:
            log.warning("SNS: a notification to %s stays here: nothing leaves this machine", url)
            return
        requests.post(url, timeout=5, **kwargs)


def begin(clock: Clock) -> None:
    """Forgets what an earlier embedded AWS of this process held, and keeps ``clock`` from now on."""
    moto_queues.keep(clock)
    # Roles attach AWS's own policies; moto reads this name when it makes an account's IAM.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    vars(moto.sns.models)["requests"] = _LoopbackOnly()
    BackendDict.reset()
    reset_model_data()


def end() -> None:
    """Leaves moto's queues as others of this process expect them."""
    moto_queues.release()
