"""Rules of composite alarms as values: written over ids, rendered over the names of the alarms that exist.

>>> rule = any_of("workers-missing", all_of("queue-age", any_of("at-max", "capacity-gap")))
>>> rule.render("prod-image-api-{}".format)
'ALARM("prod-image-api-workers-missing") OR (ALARM("prod-image-api-queue-age") AND (ALARM("prod-image-api-at-max") OR \
ALARM("prod-image-api-capacity-gap")))'
>>> rule.within({"at-max", "workers-missing"})
Alarm(id='workers-missing')

Grammar: "Combining alarms" (CloudWatch user guide).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Alarm:
    """The alarm with this id is in ALARM."""

    id: str

    def ids(self) -> tuple[str, ...]:
        return (self.id,)

    def speaks_for(self) -> tuple[str, ...]:
        return (self.id,)

    def within(self, existing: Collection[str]) -> Expression | None:
        return self if self.id in existing else None

    def render(self, name: Callable[[str], str], *, inner: bool = False) -> str:
        return f'ALARM("{name(self.id)}")'

    def told(self, say: Callable[[str], str], *, inner: bool = False) -> str:
        return say(self.id)


@dataclass(frozen=True)
class Quiet:
    """The alarm with this id is not in ALARM; true where there is no such alarm."""

    id: str

    def ids(self) -> tuple[str, ...]:
        return (self.id,)

    def speaks_for(self) -> tuple[str, ...]:
        return ()

    def within(self, existing: Collection[str]) -> Expression | None:
        return self if self.id in existing else None

    def render(self, name: Callable[[str], str], *, inner: bool = False) -> str:
        return f'NOT ALARM("{name(self.id)}")'

    def told(self, say: Callable[[str], str], *, inner: bool = False) -> str:
        return f"not {self.id}"


@dataclass(frozen=True)
class Combination:
    """Parts joined by AND or OR."""

    operator: Literal["AND", "OR"]
    parts: tuple[Expression, ...]

    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for part in self.parts for one in part.ids()))

    def speaks_for(self) -> tuple[str, ...]:
        """The alarms whose ALARM can make the rule true: not those that have to be quiet."""
        return tuple(dict.fromkeys(one for part in self.parts for one in part.speaks_for()))

    def within(self, existing: Collection[str]) -> Expression | None:
        """What is left of the rule when only these alarms exist; None when nothing is.

        An AND that loses an alarm goes as a whole: without it, the rest would speak for something nobody promised.
        """
        left = {part: part.within(existing) for part in self.parts}
        kept = tuple(part for part in left.values() if part is not None)
        lost = [part for part, remains in left.items() if remains is None and not isinstance(part, Quiet)]
        if not kept or (self.operator == "AND" and lost):
            return None
        return kept[0] if len(kept) == 1 else Combination(self.operator, kept)

    def render(self, name: Callable[[str], str], *, inner: bool = False) -> str:
        return self._joined(self.operator, [part.render(name, inner=True) for part in self.parts], inner)

    def told(self, say: Callable[[str], str], *, inner: bool = False) -> str:
        """The rule in words; ``say`` words an alarm that has to be in ALARM."""
        return self._joined(self.operator.lower(), [part.told(say, inner=True) for part in self.parts], inner)

    def _joined(self, operator: str, parts: list[str], inner: bool) -> str:
        text = f" {operator} ".join(parts)
        return f"({text})" if inner else text


Expression: TypeAlias = "Alarm | Quiet | Combination"


def any_of(*parts: str | Expression) -> Expression:
    """At least one is in ALARM; ids and further expressions mix."""
    return _combine("OR", parts)


def all_of(*parts: str | Expression) -> Expression:
    """All are in ALARM."""
    return _combine("AND", parts)


def quiet(alarm: str) -> Expression:
    """The alarm is not in ALARM."""
    return Quiet(alarm)


def _combine(operator: Literal["AND", "OR"], parts: tuple[str | Expression, ...]) -> Expression:
    made = tuple(Alarm(part) if isinstance(part, str) else part for part in parts)
    return made[0] if len(made) == 1 else Combination(operator, made)
