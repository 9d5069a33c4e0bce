"""The preview's data behind AWS's own API, for the functions of custom widgets, and for as long as one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from diffusionwatch.clock import ManualClock
from diffusionwatch_local.preview.data import Data

if TYPE_CHECKING:
    from diffusionwatch_local.server.listener import Listener

ACCOUNT = "111122223333"


class Served:
    """Listens on a free port of 127.0.0.1 from the first question on.

    with Served(data) as aws:
        aws.environment()
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        self._listener: Listener | None = None

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.stop()

    def environment(self) -> Mapping[str, str]:
        """What a function's process is to see, so that it asks this data."""
        if self._listener is None:
            # Most dashboards have no custom widget, and moto takes a second to load.
            from diffusionwatch_local.cloudwatch import CloudWatchService
            from diffusionwatch_local.server.application import Application
            from diffusionwatch_local.server.listener import Listener

            cloudwatch = CloudWatchService(ManualClock(self._data.end), store=self._data.store)
            self._listener = Listener(Application((cloudwatch,), ACCOUNT))
            self._listener.start()
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._listener.port}", "NO_PROXY": "127.0.0.1"}
