"""Which traces are recorded: as X-Ray's sampling rules say, where the daemon hands them on.

The CloudWatch agent and the X-Ray daemon do so at the TCP port beside the UDP one that takes segments. Each rule's
reservoir is the fleet's: X-Ray deals it out to those that report what they sampled. Until the rules are there, and an
hour after they were last heard of, the SDK's local rule decides: one a second and 5 %, in each process.

aws-xray-sdk's ``DefaultSampler`` does the same, but from threads that never end, that a forked child lacks, and that
log a traceback every five minutes where no daemon is. Source: "Configuring sampling rules", "Using sampling rules with
the X-Ray API" (X-Ray developer guide).
"""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
import time
import weakref
from typing import Any

import botocore.session
from aws_xray_sdk.core.daemon_config import DaemonConfig
from aws_xray_sdk.core.sampling.connector import ServiceConnector
from aws_xray_sdk.core.sampling.local.sampler import LocalSampler
from aws_xray_sdk.core.sampling.reservoir import ReservoirDecision
from aws_xray_sdk.core.sampling.rule_cache import RuleCache
from botocore import UNSIGNED
from botocore.config import Config

log = logging.getLogger("diffusionwatch")

REPORT_SECONDS = 10.0
"""Of the wall, between two reports of what was sampled: what X-Ray's API asks for."""
RULES_SECONDS = 300.0
"""Of the wall, between two looks at the rules, as in AWS's own SDKs; X-Ray's answers to reports say when to look
sooner. Also the longest wait for a daemon that is not there."""


class Sampler:
    """Decides for one process whether a generation of ``service`` is traced.

    >>> Sampler("image-api").decide()  # the first of this second
    True
    """

    _stop: threading.Event | None
    """Ends the thread; None while there is none."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._reset()
        _samplers.add(self)

    def decide(self) -> bool:
        """On the caller's thread: asks nobody."""
        now = int(time.time())
        rule = self._rules.get_matched_rule({"service": self._service}, now)
        reservoir = rule.reservoir if rule is not None else None
        if reservoir is None:  # no rules, or just being replaced
            return bool(self._local.should_trace())
        rule.increment_request_count()
        decision = reservoir.borrow_or_take(now, rule.can_borrow)
        if decision is ReservoirDecision.BORROW:
            rule.increment_borrow_count()
        elif decision is ReservoirDecision.TAKE or random.random() < rule.rate:
            rule.increment_sampled_count()
        else:
            return False
        return True

    def start(self) -> None:
        """Starts asking for the rules, unless it does. On the background thread."""
        if self._stop is None:
            self._stop = threading.Event()
            arguments = (self._stop, self._rules)
            threading.Thread(target=self._run, args=arguments, name="diffusionwatch-sampling", daemon=True).start()

    def stop(self) -> None:
        stop, self._stop = self._stop, None
        if stop is not None:
            stop.set()

    def _reset(self) -> None:
        """New, in a forked child too: a thread that it does not have may have held any of these locks."""
        self._rules = RuleCache()
        self._local = LocalSampler()
        self._stop = None

    def _run(self, stop: threading.Event, rules: RuleCache) -> None:
        look_at, pause = 0.0, REPORT_SECONDS
        connector = None
        while True:
            try:
                connector = connector or _Connector()
                if time.time() >= look_at:
                    look_at = time.time() + RULES_SECONDS
                    _look(rules, connector)
                if _report(rules, connector):
                    look_at = 0.0
                pause = REPORT_SECONDS
            except Exception as error:
                log.debug("no sampling rules from the X-Ray daemon: %r", error)
                look_at, pause = 0.0, min(2 * pause, RULES_SECONDS)
            if stop.wait(pause):
                return


def _look(rules: RuleCache, connector: Any) -> None:
    asked = int(time.time())
    if found := connector.fetch_sampling_rules():
        rules.load_rules(found)
        rules.last_updated = asked


def _report(rules: RuleCache, connector: Any) -> bool:
    """Tells X-Ray what was sampled, takes what it deals out; whether the rules have changed since they were read."""
    told = [rule for rule in rules.rules if rule.ever_matched() and rule.time_to_report()]
    if not told:
        return False
    targets, changed = connector.fetch_sampling_target(told)
    rules.load_targets(targets)
    return bool(changed > rules.last_updated)


class _Connector(ServiceConnector):  # type: ignore[misc] # the SDK has no types
    """The SDK's way to the daemon, which signs for us; an answer takes seconds at most."""

    def __init__(self) -> None:
        super().__init__()
        # Where the application has the SDK patch its HTTP library, our call must find a segment that is not sampled.
        self.context = sys.modules["aws_xray_sdk.core"].xray_recorder.context

    def _create_xray_client(self, ip: str = "", port: str = "") -> Any:
        daemon = DaemonConfig()
        config = Config(
            signature_version=UNSIGNED,
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 1},
            proxies={},
        )
        return botocore.session.get_session().create_client(
            "xray",
            endpoint_url=f"http://{daemon.tcp_ip}:{daemon.tcp_port}",
            region_name="us-west-2",  # the daemon puts its own in
            config=config,
            aws_access_key_id="",  # else they would be looked for
            aws_secret_access_key="",
        )


_samplers: weakref.WeakSet[Sampler] = weakref.WeakSet()


def _forked() -> None:
    for sampler in list(_samplers):
        sampler._reset()


os.register_at_fork(after_in_child=_forked)
