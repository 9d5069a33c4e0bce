"""One call: read the books, ask AWS, count, write the books, then say what was counted.

Said is only what was written: of two copies of a call one loses the write and stays silent, and a call that fails
before it leaves the books as they were, so that the next one counts its span too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import instances, prices, readings
from . import metrics as m
from .billing import DAY, HOUR, Instance, Rate
from .count import Counted, count
from .service import Service
from .state import WEEK, State, day_of
from .store import Store

OLDEST_FIGURE = 13 * DAY
"""CloudWatch Logs takes lines of the last fourteen days (PutLogEvents); what is older is in the books alone."""
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Meter:
    """What a call needs. `client` gives the client of a service of AWS, `write` takes a line for the log."""

    environment: str
    region: str
    interval: float
    store: Store
    client: Client
    write: Callable[[str], object]
    price_list: bool = True
    """whether there is a Price List API to ask; without it the shipped table holds"""

    def run(self, services: Iterable[Service], now: float) -> None:
        """Meters each service up to `now`.

        One that fails says so in the log and by a metric; its books wait for the next call. A RuntimeError when none
        could be metered, so that Lambda tries again and its alarm sees it.
        """
        failures, metered = 0, 0
        for service in services:
            try:
                self._meter(service, now)
                metered += 1
            except Exception as error:  # noqa: PERF203 - each service for itself
                failures += 1
                self.write(m.document(self.environment, service.name, now, {m.ERRORS: 1}))
                self.write(f"{service.name}: not metered: {prices.what(error)}")
        if failures and not metered:
            raise RuntimeError("no service could be metered; the log says why")

    def _meter(self, service: Service, now: float) -> None:
        state, version = self.store.read(service.name)
        if state is None:
            # What ran before the first call is nobody's news: the books begin one interval ago.
            state = State(since=now - self.interval, until=now - self.interval)
        if now <= state.until:
            return  # counted by another copy of this call, or by a later one
        until, failed = state.until, list[str]()
        found = self._instances(service, state, now)
        known = prices.on_demand(
            (one.instance_type for one in found if self.price_list),
            state.prices,
            lambda kind: prices.read_price(self.client("pricing"), kind, self.region),
            now,
            failed.append,
        )
        rates = self._rates(service, found, known, until, now)
        reported = self._try(
            lambda: readings.utilization(self.client("cloudwatch"), service, found, until, now), {}, failed
        )
        state = replace(state, prices=known, images=self._images(service, state, now, failed))
        counted = count(service, state, found, rates, reported, now, self.interval)
        by_model = self._try(lambda: self._by_model(service, until, now), {}, failed)
        if self.store.write(service.name, counted.state, version):
            self._say(service, counted, by_model, failed, now)

    def _instances(self, service: Service, state: State, now: float) -> Sequence[Instance]:
        if service.auto_scaling_group:
            instances.group_exists(self.client("autoscaling"), service.auto_scaling_group)
        found = instances.listed(self.client("ec2"), service, state.open, state.until, now)
        return instances.completed(self.client("autoscaling"), service, found, state.open, state.until, now)

    def _rates(
        self, service: Service, found: Sequence[Instance], known: prices.Prices, start: float, end: float
    ) -> dict[str, Rate]:
        spot = prices.spot_rates(self.client("ec2"), found, start, end)
        rates = {one.instance_id: prices.rate(one, service, known, spot) for one in found}
        return {key: rate for key, rate in rates.items() if rate is not None}

    def _by_model(self, service: Service, until: float, now: float) -> dict[str, readings.Values]:
        start = min(until, now - HOUR)
        return readings.images_by_model(self.client("cloudwatch"), self.environment, service.name, start, now)

    def _images(self, service: Service, state: State, now: float, failed: list[str]) -> Mapping[str, float]:
        """Images of the last seven whole days; asked once a day, when yesterday's are not known yet."""
        today = now // DAY * DAY
        if state.since > today - DAY or day_of(today - DAY) in state.images:
            return state.images
        first = today - WEEK * DAY
        read = self._try(
            lambda: readings.images_by_day(self.client("cloudwatch"), self.environment, service.name, first, WEEK),
            None,
            failed,
        )
        if read is None:
            return state.images
        none = {day_of(first + number * DAY): 0.0 for number in range(WEEK)}
        return {**none, **{day_of(at): images for at, images in read}}

    def _try(self, read: Callable[[], Any], otherwise: Any, failed: list[str]) -> Any:
        """Readings without which money is still counted."""
        try:
            return read()
        except Exception as error:
            failed.append(prices.what(error))
            return otherwise

    def _say(
        self,
        service: Service,
        counted: Counted,
        by_model: Mapping[str, readings.Values],
        failed: Sequence[str],
        now: float,
    ) -> None:
        images = {model: sum(value for _, value in values) for model, values in by_model.items()}
        total = sum(images.values())
        for step in counted.steps:
            if step.end < now - OLDEST_FIGURE:
                continue
            at = step.end - 1  # within the step, so that sums by the hour and the day are those of the step
            figures = {m.ESTIMATED_COST: step.spent, m.IDLE_COST: step.idle}
            facts: dict[str, Any] = {
                "instances": step.instances,
                "spot_usd": round(step.spot, 6),
                "seconds": step.end - step.start,
            }
            self._figures(service, at, figures, **facts)
            for model, share in images.items():
                if total and step.spent is not None:
                    self._figures(service, at, {m.ESTIMATED_COST: step.spent * share / total}, model)
        latest = sum(value for values in by_model.values() for at, value in values if at >= now - HOUR)
        self._figures(service, now - 1, self._standing(counted, latest, len(failed)))
        for kind in sorted(set(counted.unpriced)):
            self.write(f"{service.name}: no price for {kind}: {counted.unpriced.count(kind)} instances are not counted")
        if counted.assumed:
            self.write(f"{service.name}: {counted.assumed} instances ended unseen: counted until they can have run")
        for failure in failed:
            self.write(f"{service.name}: {failure}")

    def _standing(self, counted: Counted, images: float, failures: int) -> dict[str, float | None]:
        """How the books stand now."""
        state = counted.state
        spent = sum(dollars for _, dollars in state.recent)
        return {
            m.COST_PER_HOUR: None if counted.unpriced and not counted.per_hour else counted.per_hour,
            m.COST_TODAY: state.today(),
            m.COST_MONTH: state.month(),
            m.EXPECTED_COST_TODAY: state.expected_today(),
            m.COST_PER_IMAGE: spent / images if images else None,
            m.USUAL_COST_PER_IMAGE: state.usual_image(),
            m.UNPRICED: len(counted.unpriced),
            m.ERRORS: failures,
        }

    def _figures(
        self, service: Service, at: float, figures: Mapping[str, float | None], model: str = "", **facts: object
    ) -> None:
        known = {name: value for name, value in figures.items() if value is not None}
        if known:
            self.write(m.document(self.environment, service.name, at, known, model, **facts))
