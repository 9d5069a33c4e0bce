"""The event of a plain request, which is what most are: completed in good time, without stages, traces or GPU readings.

All of it but the time, the latency and the properties is known beforehand, so only these are written anew. Whatever is
unusual about a request leaves it to ``measure.event_of``, which gives the same event and takes its time.
"""

from __future__ import annotations

import orjson

from diffusionwatch import limits, validity
from diffusionwatch.emf import SHAPES, EmfEncoder, line
from diffusionwatch.generation import Generation
from diffusionwatch.records import Document
from diffusionwatch.validity import Repaired


class PlainRequests:
    """Encodes plain requests; those over ``never_slow`` milliseconds might be slow, and are not plain."""

    def __init__(self, encoder: EmfEncoder, never_slow: float, repaired: Repaired) -> None:
        self._encoder, self._never_slow, self._repaired = encoder, never_slow, repaired
        self._heads: dict[tuple[str | None, int], bytes] = {}

    def document(self, generation: Generation, offset_ns: int) -> Document | None:
        """Its event; None when it is not plain. ``offset_ns`` is from the monotonic clock to the wall's."""
        ended = generation._ended
        latency = (ended - generation._started) // 1000 / 1000
        if generation._extras is not None or generation.error_class is not None or latency > self._never_slow:
            return None
        model, images = generation.model, generation.images
        if not (type(model) is str or model is None) or type(images) is not int or not 0 <= images < 1000:
            return None
        head = self._heads.get((model, images)) or self._head(model, images)
        if head is None:
            return None
        reasons: list[str] = []
        request_id, steps, width, height = generation.request_id, generation.steps, generation.width, generation.height
        root: dict[str, object]
        if (
            type(steps) is type(width) is type(height) is int
            and type(request_id) is str
            and len(request_id) <= limits.PROPERTY_LENGTH
        ):
            # As in any event, but without a look at each of them.
            root = {
                "GenerationLatency": latency,
                "request_id": request_id,
                "steps": steps,
                "width": width,
                "height": height,
            }
        else:
            root = {"GenerationLatency": latency}
            given = {"request_id": request_id, "steps": steps, "width": width, "height": height}
            validity.add_properties(root, given, reasons.append)
        if generation._properties is not None:
            # A copy: a task that outlives its generation may add to it still.
            validity.add_properties(root, generation._properties.copy(), reasons.append)
        try:
            members = orjson.dumps(root)
        except TypeError:  # half a surrogate pair, or an integer that is too large
            return None
        timestamp_ms = (ended + offset_ns) // 1_000_000
        body = line(timestamp_ms, head, members)
        if len(body) > self._encoder.event_bytes:
            return None
        for reason in reasons:
            self._repaired(reason)
        return Document(body, timestamp_ms, 1)

    def _head(self, model: str | None, images: int) -> bytes | None:
        """All that is known beforehand; None for a model that was not seen before, or is one too many."""
        known = self._encoder.models.get(model) if model is not None else None
        if model is not None and known is None:
            return None
        counts = {"RequestsCompleted": 1, "RequestsSlow": 0, **({"ImagesGenerated": images} if images else {})}
        head = self._encoder.head(known, None, "GenerationLatency", *counts) + orjson.dumps(counts)[1:-1] + b","
        if len(self._heads) < SHAPES:
            self._heads[model, images] = head
        return head
