"""Writes the preview of an assembly: a page a dashboard, and one that leads to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cloudwatch_simulator import Simulation
from diffusionwatch_local.console.variables import applied, for_page, variables
from diffusionwatch_local.preview import difference
from diffusionwatch_local.preview.assembly import Assembly, PreviewError
from diffusionwatch_local.preview.data import Data
from diffusionwatch_local.preview.drawn import Drawing
from diffusionwatch_local.preview.page import contents, page
from diffusionwatch_local.preview.picture import file_name
from diffusionwatch_local.preview.served import Served


@dataclass(frozen=True)
class Written:
    """One page: which dashboard, where, how many rows of the grid it has, what changed on it and beside it."""

    dashboard: str
    file: Path
    rows: int
    own: tuple[difference.Change, ...] = ()
    common: tuple[difference.Change, ...] = ()

    @property
    def changes(self) -> tuple[difference.Change, ...]:
        return (*self.own, *self.common)


@dataclass(frozen=True)
class Compared:
    """The assembly that is compared with, and what its alarms did on the same data."""

    assembly: Assembly
    simulation: Simulation


def build(assembly: Assembly, data: Data, out: Path, against: Assembly | None = None) -> list[Written]:
    """Writes every page into ``out``. Raises PreviewError when there is no dashboard."""
    if not assembly.dashboards:
        raise PreviewError(f"{assembly.folder}: its templates have no dashboard")
    simulation = data.simulate(assembly.alarms)
    compared = None if against is None else Compared(against, data.simulate(against.alarms))
    out.mkdir(parents=True, exist_ok=True)
    common = _common(assembly, simulation, compared)
    with Served(data) as served:
        drawing = Drawing(assembly, data, simulation, served)
        bodies = sorted(assembly.dashboards.items())
        written = [_write(name, body, drawing, data, out, compared, common) for name, body in bodies]
    names = {one.dashboard: one.file.name for one in written}
    (out / "index.html").write_text(contents(names), encoding="utf-8", errors="replace")
    return written


def beside(assembly: Assembly, data: Data, against: Assembly) -> tuple[difference.Change, ...]:
    """What changed beyond the dashboards, for an assembly that has none."""
    compared = Compared(against, data.simulate(against.alarms))
    return tuple(_common(assembly, data.simulate(assembly.alarms), compared))


def _common(assembly: Assembly, simulation: Simulation, compared: Compared | None) -> list[difference.Change]:
    """What changed beyond the dashboards."""
    if compared is None:
        return []
    alarms = difference.of_alarms(compared.assembly, assembly)
    gone = [
        difference.Change(difference.REMOVED, f"dashboard {name}")
        for name in sorted(compared.assembly.dashboards.keys() - assembly.dashboards.keys())
    ]
    return [*gone, *alarms, *difference.of_pages(compared.simulation, simulation)]


def _write(
    name: str,
    body: Mapping[str, Any],
    drawing: Drawing,
    data: Data,
    out: Path,
    compared: Compared | None,
    common: list[difference.Change],
) -> Written:
    own: list[difference.Change] = []
    if compared is not None:
        own, marked = difference.of_widgets(compared.assembly.dashboards.get(name, {}), body)
        body = {**body, "widgets": marked}
    changes = [*own, *common]
    sets, variables = _sets(body, drawing)
    answers = {
        "name": name,
        "start": data.start,
        "end": data.end,
        "state": drawing.state(name),
        "sets": sets,
        "variables": variables,
        "against": "" if compared is None else f"{len(changes)} changes against {compared.assembly.folder}",
        "changes": [asdict(change) for change in changes],
    }
    file = out / f"{file_name(name)}.html"
    file.write_text(page(answers), encoding="utf-8", errors="replace")
    rows = max((one.get("y", 0) + one.get("height", 6) for one in body.get("widgets", ())), default=6)
    return Written(name, file, rows, tuple(own), tuple(common))


def _sets(body: Mapping[str, Any], drawing: Drawing) -> tuple[list[Any], list[dict[str, Any]]]:
    """The widgets with each variable at its default, then those that change by a choice; null is as in the first."""
    known = variables(body, drawing.found)
    start = applied(body, known, {})
    sets: list[Any] = [drawing.widgets(start)]
    shown = for_page(known, {})
    for variable in shown:
        for choice in variable["choices"]:
            choice["set"] = 0
            if choice["value"] != variable["value"]:
                choice["set"] = len(sets)
                sets.append(drawing.widgets(applied(body, known, {variable["id"]: choice["value"]}), unlike=start))
    return sets, shown
