"""Serves the page and its data on 127.0.0.1.

console = Console(client, clock, port=0)
console.start()
print(console.url)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from diffusionwatch.clock import Clock
from diffusionwatch_local.console.reader import OWN, Reader

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"
FRESH_SECONDS = 1.0  # wall; however many browsers look, the embedded AWS is asked once in that time
CHOSEN = "chosen."
"""Before the id of a dashboard's variable in a request, as in ``?hours=3&chosen.model=flux``."""
LONGEST_HOURS = 24 * 15  # as far back as one-minute data goes (CloudWatch user guide, "Metrics retention")

NO_HOURS = JSONResponse({"error": f"hours is a number above 0, at most {LONGEST_HOURS}"}, status_code=400)


class Console:
    """The console's server, in a thread. ``story`` tells what the demo is doing, for the banner; empty without one."""

    def __init__(
        self,
        client: Callable[[str], Any],
        clock: Clock,
        *,
        port: int = 0,
        story: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        self._clock, self._story, self._port = clock, story, port
        self._reader = Reader(client, clock)
        self._cache: dict[tuple[Any, ...], tuple[float, Any]] = {}
        self._reading = threading.Lock()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def start(self) -> None:
        """Listens; raises OSError when the port is taken."""
        config = uvicorn.Config(self.app(), host=HOST, port=self._port, log_level="critical", access_log=False)
        listener = _listen(self._port)
        self.url = f"http://{HOST}:{listener.getsockname()[1]}/"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="console", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join(2)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/api/state", self._state),
                Route("/api/dashboards/{name}", self._dashboard),
                Route("/api/queries", self._queries),
                Route("/api/query", self._query),
                Route("/api/record", self._record),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )

    async def _page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def _state(self, request: Request) -> Response:
        def read() -> dict[str, Any]:
            return {"dashboards": self._reader.dashboards(), "alarms": self._reader.alarms()}

        state = await run_in_threadpool(self._fresh, ("state",), read)
        clock = {"now": self._clock.time(), "speed": getattr(self._clock, "speed", 1.0)}
        return JSONResponse({**state, "clock": clock, "story": self._story(), "logs": True})

    async def _dashboard(self, request: Request) -> Response:
        name = request.path_params["name"]
        hours = _hours(request) if "hours" in request.query_params else OWN
        if hours is None:
            return NO_HOURS
        if name not in await run_in_threadpool(self._fresh, ("names",), self._reader.dashboards):
            return JSONResponse({"error": f"no dashboard is called {name!r}"}, status_code=404)
        asked = request.query_params.items()
        theme = "dark" if request.query_params.get("theme") == "dark" else "light"
        chosen = {key.removeprefix(CHOSEN): value for key, value in asked if key.startswith(CHOSEN) and value}
        return JSONResponse(
            await run_in_threadpool(
                self._fresh,
                (name, hours, theme, *chosen.items()),
                lambda: self._reader.dashboard(name, hours, chosen, theme),
            )
        )

    async def _queries(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._reader.queries.known))

    async def _query(self, request: Request) -> Response:
        """What somebody asks the logs, as of now."""
        hours, asked = _hours(request), request.query_params
        if hours is None:
            return NO_HOURS
        now = self._clock.time()
        answered = partial(self._reader.queries.answered, asked.get("text", ""), asked.getlist("group"))
        return JSONResponse(await run_in_threadpool(answered, now - hours * 3600, now))

    async def _record(self, request: Request) -> Response:
        pointer = request.query_params.get("pointer", "")
        return JSONResponse(await run_in_threadpool(self._reader.queries.record, pointer))

    def _fresh(self, key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
        with self._reading:
            made, value = self._cache.get(key, (float("-inf"), None))
            if time.monotonic() - made > FRESH_SECONDS:
                value = read()
                self._cache[key] = (time.monotonic(), value)
            return value


def _hours(request: Request) -> float | None:
    """How far back a request looks; None where it says so wrongly."""
    try:
        hours = float(request.query_params.get("hours", "3"))
    except ValueError:
        return None
    return hours if 0 < hours <= LONGEST_HOURS else None


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen()  # from here on a browser waits for the server's thread instead of being refused
    return listener
