"""A fleet of alarms whose true history is known, a digest that hears of it badly, and the people at the other end."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from alert_digest import rules
from alert_digest.edge import Sender
from alert_digest.event import read
from alert_digest.message import Message
from alert_digest.policy import Policy, Route
from alert_digest.run import record, turn
from alert_digest.state import Delivery, dump, load

from .conftest import CONSOLE, NOW, Aws, Crash, MemoryStore, Points, SlackDouble, alarm_event, interleaved

SERVICES = ("image-api", "video-api")
IDS = (
    "users-hurt", "degraded", "workers-stuck", "capacity-starved", "backlog", "blind", "agent-silent",
    "paying-for-nothing", "cost-hour", "spot-wave", "error-rate",
)  # fmt: skip
# What has been told is forgotten sooner than by default, so that forgetting is tried too.
POLICY = Policy("prod", SERVICES, (Route("chat", "slack", secret="chat"),), horizon=26 * 3600.0)


DAY = 86400.0


def _time(event: dict[str, object]) -> float:
    return float(str(event["id"]).rsplit("-", 1)[1])


@dataclass
class True_:  # noqa: N801  (the truth about one alarm)
    """One alarm as it really was: when it went into alarm and out of it, and when the digest could know of its end."""

    state: str = "OK"
    since: float = NOW - 86400
    episodes: list[list[float]] = field(default_factory=list)


class Simulation:
    """All of it, driven by a test."""

    def __init__(self, policy: Policy = POLICY, alarms: Sequence[str] = IDS) -> None:
        self.now = NOW
        self.policy = policy
        self.points = Points()
        self.store = MemoryStore(self.points)
        self.slack = SlackDouble(self.points)
        self.truth = {f"prod-{service}-{alarm}": True_() for service in SERVICES for alarm in alarms}
        self.pending: list[dict[str, object]] = []
        self.deliveries: dict[str, Delivery] = {}
        self.events = 0

    # What happens.

    def change(self, alarm: str) -> None:
        """An alarm changes its state, and CloudWatch has an event to deliver."""
        true = self.truth[alarm]
        self.now = round(self.now + 0.25, 3)  # no two events of one moment; CloudWatch counts milliseconds
        state = "OK" if true.state == "ALARM" else "ALARM"
        self.pending.append(alarm_event(alarm, state, self.now, true.state, true.since))
        if state == "ALARM":
            true.episodes.append([self.now, inf, inf])
        else:
            true.episodes[-1][1] = self.now
        true.state, true.since = state, self.now
        self.events += 1

    def arrive(self, order: random.Random, share: float, twice: float, crash_in: int | None = None) -> None:
        """Some of the pending events arrive, in any order, some of them twice; one not taken arrives again."""
        order.shuffle(self.pending)
        arriving = [event for event in self.pending if order.random() < share]
        self.points.crash_in = crash_in
        for event in arriving:
            try:
                self._record(event)
                if order.random() < twice:
                    self._record(event)
            except Crash:
                continue
            if order.random() >= twice / 4:  # else EventBridge delivers it once more, much later
                self.pending.remove(event)
        self.points.crash_in = None

    def pass_time(self, seconds: float) -> None:
        """EventBridge tries for a day: what would become older arrives before."""
        for event in [event for event in self.pending if self.now + seconds - _time(event) > DAY]:
            self._record(event)
            self.pending.remove(event)
        self.now += seconds

    def turn(self, crash_in: int | None = None) -> None:
        """The schedule calls the function."""
        self.points.crash_in = crash_in
        try:
            self._turn()
        except Crash:
            pass
        finally:
            self.points.crash_in = None

    def two_copies(self, schedule: Iterable[int], crash_in: int | None = None) -> None:
        """It is called twice at once."""
        self.points.crash_in = crash_in
        interleaved(self.points, [self._turn, self._turn], schedule)
        self.points.crash_in = None

    def settle(self) -> None:
        """All alarms end, all events arrive, nothing fails, and time passes until there is nothing left to say."""
        for alarm, true in self.truth.items():
            if true.state == "ALARM":
                self.change(alarm)
        self.slack.failures.clear()
        self.points.crash_in = None
        for event in self.pending:
            self._record(event)
        self.pending.clear()
        for _ in range(40):
            self.now += 300
            self.turn()

    def _record(self, event: dict[str, object]) -> None:
        known = read(event)
        assert known
        for episode in reversed(self.truth[known.alarm].episodes):
            if episode[1] < known.at + 0.001:  # ends are milliseconds
                episode[2] = min(episode[2], self.now) if episode[1] > known.at - 0.001 else episode[2]
                break
        record(self.store, known, str(event["id"]), self.now)

    def _turn(self) -> None:
        sender = Sender(self.policy, CONSOLE, Aws(), self.slack.post, lambda: self.now)

        def send(route: Route, delivery: Delivery, thread: str) -> str:
            self.deliveries[delivery.key] = delivery
            return sender(route, delivery, thread)

        turn(self.store, self.policy, send, self.now, lambda: self.now)

    # What people saw, and what must be true of it.

    @property
    def seen(self) -> list[Message]:
        return [message for key in self.slack.keys for message in self.deliveries[key].messages]

    def check(self, *, in_time: bool = False) -> None:
        """Each incident announced once and resolved once, in this order; none lost; none made up.

        An alarm that is heard of after its incident was told to its end, and that outlasted it, is news; so stretches
        of time may overlap. Where all events come `in_time` they may not.
        """
        assert max(Counter(self.slack.keys).values(), default=1) == 1, "something was said twice"
        said: dict[str, list[Message]] = defaultdict(list)
        for message in self.seen:
            said[message.incident].append(message)
        for incident, messages in said.items():
            assert messages[0].begins, f"{incident} begins with {messages[0].kind}"
            assert messages[-1].ends, f"{incident} ends with {messages[-1].kind}"
            assert sum(message.begins for message in messages) == 1, incident
            assert sum(message.ends for message in messages) == 1, incident
        spans = defaultdict(list)
        for messages in said.values():
            spans[messages[-1].service, messages[-1].cause].append((messages[-1].since, messages[-1].until))
        for each in spans.values():
            assert len(set(each)) == len(each), "an incident was told as two"
            if in_time:
                ordered = sorted(each)
                pairs = itertools.pairwise(ordered)
                assert all(one[1] + self.policy.settle < two[0] for one, two in pairs), "an incident was told as two"
        for alarm, true in self.truth.items():
            self._none_lost(alarm, true, spans)
        for (service, cause), each in spans.items():
            for start, end in each:
                assert self._happened(service, cause, start, end), f"{service} {cause} at {start} never was"
        assert load(dump(self.store.state)) == self.store.state

    def _none_lost(self, alarm: str, true: True_, spans: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
        place = self.policy.identify(alarm)
        assert place
        service, alarm_id = place
        if self.policy.severity(alarm_id) not in rules.TOLD:
            return
        sources = [self.truth.get(f"prod-{service}-{source}") for source in rules.sources_of(alarm_id)]
        for start, end, _ in true.episodes:
            if any(
                begun < end and over + self.policy.extension > start
                for s in sources
                if s
                for begun, over, _ in s.episodes
            ):
                continue
            told = [
                span
                for span in spans[service, rules.cause(alarm_id)]
                if span[0] - self.policy.settle <= end and start <= span[1] and end <= span[1]
            ]
            assert told, f"{alarm} from {start - NOW} to {end - NOW} was lost"

    def _happened(self, service: str, cause: str, start: float, end: float) -> bool:
        return any(
            begun <= end and start <= heard_over
            for alarm, true in self.truth.items()
            if (place := self.policy.identify(alarm)) and place[0] == service and rules.cause(place[1]) == cause
            for begun, _, heard_over in true.episodes
        )
