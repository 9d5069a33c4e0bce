"""Log lines as JSON that carry the generation around them.

>>> record = logging.LogRecord("worker", logging.INFO, "", 1, "loaded %s", ("sdxl",), None)
>>> orjson.loads(JsonFormatter("image-api").format(record))["message"]
'loaded sdxl'
"""

from __future__ import annotations

import logging
from datetime import datetime, timezone

import orjson

from diffusionwatch import validity
from diffusionwatch.generation import current

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: timestamp, level, logger, message, service, and what is known of the generation
    (request id, trace id, model, steps, seed).

    What is given as ``extra=`` is added. Whatever is called a prompt there becomes its keyed hash (``prompt_hash``);
    the key is ``DIFFUSIONWATCH_PROMPT_KEY``.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "timestamp": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": self._service,
        }
        generation = current()
        if generation is not None:
            known = {
                "request_id": generation.request_id,
                "trace_id": generation.trace_id,
                "model": generation.model,
                "steps": generation.steps,
                **{name: (generation._properties or {}).get(name) for name in ("seed", "prompt")},
            }
            validity.add_properties(line, known, _ignore)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        given = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        validity.add_properties(line, {n if n not in line else f"extra_{n}": v for n, v in given.items()}, _ignore)
        return orjson.dumps({key: validity.unicode(value) for key, value in line.items()}).decode()


def _ignore(reason: str) -> None:
    pass
