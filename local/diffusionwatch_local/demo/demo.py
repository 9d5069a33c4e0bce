"""The demo from its first check to its report."""

from __future__ import annotations

import contextlib
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffusionwatch.clock import ScaledClock
from diffusionwatch_local.console.reader import Reader
from diffusionwatch_local.console.server import Console
from diffusionwatch_local.demo import deploy, incidents, proof, story, told, toolchain
from diffusionwatch_local.demo.chat import ENDS, Chat
from diffusionwatch_local.demo.deployed import Deployed, discover
from diffusionwatch_local.demo.fleet_run import FleetRun
from diffusionwatch_local.demo.history import ALARM, Transition, judge, transitions
from diffusionwatch_local.demo.inbox import Inbox
from diffusionwatch_local.demo.lock import only_one
from diffusionwatch_local.demo.narrator import Narrator
from diffusionwatch_local.demo.platform import Platform
from diffusionwatch_local.demo.ports import EMF_PORT, refuse_used
from diffusionwatch_local.demo.refusal import Refusal
from diffusionwatch_local.demo.report import Report
from diffusionwatch_local.demo.shown import usd_per_1000_images
from diffusionwatch_local.fleet.processes import Processes, ignore_signals

LOGS = Path(".diffusionwatch", "demo")  # in the clone, ignored by git: what cdk, workers and clients complained about
LOOK = 0.2  # wall seconds between two looks at the script; twelve seconds of the clock at 60 times
WATCH = 1.5  # wall seconds between two looks at alarms, group and inbox: each costs the embedded AWS some requests
DRAIN_SECONDS = 60.0  # wall; the longest queue of the script is empty in ten
CHAT_MINUTES = 12.0  # of the clock; the digest tells five minutes after an incident's end that it is over
SETTLE_SECONDS = 20.0  # wall; telemetry is flushed four times a second
CHAOS = (28.0, 56.0)  # minutes of the script at which `--chaos` restarts the agent's listener, under load
CHAOS_GAP = 60.0  # seconds of the clock; two to four flushes of each worker find nobody


@dataclass(frozen=True)
class Options:
    """What the command line decides."""

    once: bool = False
    speed: float = 60.0
    port: int = 0
    data_dir: Path | None = None
    chaos: bool = False
    browser: bool = True
    private_ports: bool = False
    incidents: Path | None = None
    record: Path | None = None


class Demo:
    """One run. ``run`` gives the report; whatever happens, nothing that it started is left behind."""

    def __init__(self, options: Options, narrator: Narrator) -> None:
        self._options, self._narrator = options, narrator
        self._script = incidents.load(options.incidents)
        self._processes = Processes()
        self._seconds: dict[str, float] = {}
        self._start = 0.0
        self._prefix = ""
        self._changes: dict[str, list[Transition]] = {}
        self._troubles: list[str] = []
        self._read = 0

    def run(self, report: Callable[[Report], None]) -> None:
        """Runs the script and hands over the report; without ``once`` the fleet then stays up until interrupted."""
        tools = toolchain.find()
        now = time.time()
        self._clock = ScaledClock(self._options.speed, now, now)
        with contextlib.ExitStack() as closing:
            closing.enter_context(only_one())
            logs = tools.root / LOGS
            logs.mkdir(parents=True, exist_ok=True)
            closing.callback(self._processes.stop)
            with self._phase("start"):
                if not self._options.private_ports:
                    refuse_used(EMF_PORT)
                self._platform = Platform(
                    self._clock, data_dir=self._options.data_dir, private_ports=self._options.private_ports
                )
                closing.callback(self._platform.stop)
                self._chat = Chat(self._clock.time, logs)
                closing.callback(self._chat.stop)
                self._chat.start()
                deployment = self._deployment(tools, logs)
                synthesis = deployment.begin_synthesis()
                self._platform.start()
                self._console = Console(
                    self._platform.aws.client, self._clock, port=self._options.port, story=self._story
                )
                closing.callback(self._console.stop)
                try:
                    self._console.start()
                except OSError as error:
                    raise Refusal(f"port {self._options.port} is in use: choose another with --port") from error
                # Registered again, to be the first to go: a worker that finds no AWS any more would wait for it.
                closing.callback(self._processes.stop)
                closing.callback(ignore_signals)
                self._narrator.say(f"console on {self._console.url}")
            with self._phase("deploy"):
                deployment.run(synthesis)
            with self._phase("fleet"):
                self._begin(logs)
            if self._options.browser and not self._options.once:
                webbrowser.open(self._console.url)
            with self._phase("incidents"):
                self._follow_script()
            report(self._prove())
            if self._options.record:
                self._platform.record(self._options.record)
            if not self._options.once:
                self._run.apply(self._script.changes[0])
                self._stay()

    @contextlib.contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - began

    def _deployment(self, tools: toolchain.Toolchain, logs: Path) -> deploy.Deployment:
        aws = self._platform.aws
        return deploy.Deployment(
            tools,
            self._processes,
            aws.environment(),
            account=aws.account,
            region=aws.region,
            logs=logs,
            say=self._narrator.say,
        )

    def _begin(self, logs: Path) -> None:
        platform = self._platform
        self._deployed: Deployed = discover(platform.aws.client)
        self._prefix = f"{self._deployed.environment}-{self._deployed.service}-"
        if self._deployed.chat_secret:
            secrets = platform.aws.client("secretsmanager")
            secrets.create_secret(Name=self._deployed.chat_secret, SecretString=self._chat.secret)
        gpus = platform.gpus(self._deployed.group, self._deployed.instance_type)
        agent = platform.start_agent(self._deployed.agent_configuration, gpus)
        for what in agent.unsupported:
            self._narrator.say(f"the agent's stand-in does not do {what}")
        self._run = FleetRun(
            self._deployed,
            self._processes,
            self._clock,
            client=platform.aws.client,
            aws=platform.aws.environment(),
            agent=agent,
            gpus=gpus,
            xray_address=platform.xray_address,
            logs=logs,
        )
        self._run.start()
        self._inbox = Inbox(platform.aws.client("sqs"), self._deployed.inbox_url)
        self._start = self._clock.time()
        self._narrator.say(
            f"{len(self._run.fleet.members)} workers run; the clock runs {self._clock.speed:g} times faster"
        )

    def _follow_script(self) -> None:
        ahead = list(self._script.changes)
        chaos = list(CHAOS) if self._options.chaos else []
        watched = 0.0
        while (minute := self._minute()) < self._script.ends:
            while ahead and ahead[0].at <= minute:
                self._run.apply(ahead.pop(0))
            if chaos and chaos[0] <= minute:
                self._narrator.say(f"the agent's listener goes away for {CHAOS_GAP:g} s")
                self._run.restart_agent(CHAOS_GAP)
                chaos.pop(0)
            if time.monotonic() - watched > WATCH:
                watched = time.monotonic()
                self._watch()
            time.sleep(LOOK)

    def _watch(self) -> None:
        self._run.fleet.reconcile()
        self._run.check()
        before = len(self._inbox.notifications)
        self._inbox.read()
        for note in self._inbox.notifications[before:]:
            if note.state == ALARM or self._was_told(note.alarm):
                self._narrator.say(f"{note.topic}: {note.alarm} is {note.state}")
        for said in self._chat.said[self._read :]:
            self._narrator.say(f"chat: {said.headline}")
            self._read += 1
        self._changes = transitions(self._platform.aws.client("cloudwatch"))
        self._narrator.show(self._story(), self._clock.time())

    def _was_told(self, alarm: str) -> bool:
        """Whether people were alarmed by it before; each alarm's first OK, just after it was made, is no news."""
        return any(note.alarm == alarm and note.state == ALARM for note in self._inbox.notifications)

    def _prove(self) -> Report:
        began = time.monotonic()
        self._narrator.say("the clients pause; the queue runs empty")
        self._run.apply(incidents.Change(at=self._script.ends, jobs_a_minute=0))
        sent = self._run.sent()  # once they have paused, this is final
        self._until(lambda: self._run.waiting() == 0, DRAIN_SECONDS, "the queue did not run empty")
        ledger = self._run.ledger()
        aws, deployed = self._platform.aws, self._deployed
        cloudwatch = aws.client("cloudwatch")

        def compare() -> proof.Proof:
            names = (deployed.environment, deployed.service)
            events = proof.from_events(aws.client("logs"), *names)
            store = proof.from_store(cloudwatch, *names, self._start, self._clock.time())
            return proof.compare(sent, ledger, events, store)

        self._until(lambda: compare().holds, SETTLE_SECONDS, "")
        self._until(self._chat_is_over, CHAT_MINUTES * 60 / self._clock.speed, "")
        self._watch()
        made = compare()
        account = told.Account(
            self._prefix,
            told.described(cloudwatch),
            self._changes,
            told.actions(cloudwatch),
            self._inbox.notifications,
            self._chat.said,
        )
        self._seconds["proof"] = time.monotonic() - began
        return Report(
            stacks=deploy.stacks(aws.client("cloudformation")),
            proof=made,
            metrics=self._platform.datapoints(),
            gpus=self._platform.gpu_metrics(self._start),
            alarms=self._changes,
            findings=[
                judge(incident, self._start, self._prefix, self._changes, self._inbox.notifications)
                for incident in self._script.incidents
            ],
            told={
                incident.id: account.of(incident, self._start, with_chat=bool(deployed.chat_secret))
                for incident in self._script.incidents
            },
            told_besides=account.outside(self._script, self._start),
            usd_per_1000_images=usd_per_1000_images(Reader(aws.client, self._clock)),
            traces=self._platform.traces(self._start),
            dashboards=[entry["DashboardName"] for entry in cloudwatch.list_dashboards()["DashboardEntries"]],
            url=self._console.url,
            seconds=self._seconds | {"total": sum(self._seconds.values())},
            troubles=[*self._troubles, *self._platform.failures],
        )

    def _chat_is_over(self) -> bool:
        """Whether each incident that was announced has been told to be over."""
        open_still = {said.incident for said in self._chat.said} - {
            said.incident for said in self._chat.said if said.kind in ENDS
        }
        return not open_still

    def _until(self, holds: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """Waits for something; when it does not come in time, that goes into the report."""
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                if otherwise:
                    self._troubles.append(otherwise)
                return
            time.sleep(LOOK)

    def _stay(self) -> None:
        while True:
            self._watch()
            time.sleep(WATCH)

    def _minute(self) -> float:
        return (self._clock.time() - self._start) / 60

    def _story(self) -> dict[str, Any]:
        if not self._start:
            return story.BEFORE
        return story.tell(self._script, self._start, self._clock.time(), self._prefix, self._changes, self._messages())

    def _messages(self) -> list[tuple[float, str, str]]:
        """What people got, pages and chat beside each other."""
        notes = [note for note in self._inbox.notifications if note.state == ALARM or self._was_told(note.alarm)]
        pages = [
            (note.at, note.topic.rsplit("-", 1)[-1], f"{note.alarm.removeprefix(self._prefix)} is {note.state}")
            for note in notes
        ]
        return sorted([*pages, *((said.at, "chat", said.headline) for said in self._chat.said)])
