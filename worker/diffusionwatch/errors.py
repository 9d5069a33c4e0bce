"""Which error class an exception belongs to.

>>> classify(TimeoutError()), classify(MemoryError()), classify(InvalidInput("steps must be above 0"))
('timeout', 'oom', 'invalid_input')
"""

from __future__ import annotations

from collections.abc import Callable

Classifier = Callable[[BaseException], "str | None"]
"""Gives an error class of ``catalog.FAULTS`` or ``catalog.REJECTIONS``, or None when it does not know the exception."""


class InvalidInput(ValueError):  # noqa: N818 - named for what it says about the request
    """The request asks for something that cannot be: a rejection, wakes nobody."""


class UnsafeContent(ValueError):  # noqa: N818
    """A safety check refused the prompt or the image: a rejection, wakes nobody."""


# The first row whose name is that of the exception or of a base of it decides. By name, so that nothing is imported.
_BY_NAME: tuple[tuple[str, frozenset[str]], ...] = (
    ("invalid_input", frozenset({"InvalidInput", "ValidationError", "RequestValidationError"})),
    ("safety", frozenset({"UnsafeContent"})),
    ("cancelled", frozenset({"CancelledError"})),
    ("interrupted", frozenset({"KeyboardInterrupt", "SystemExit", "GeneratorExit"})),
    ("oom", frozenset({"OutOfMemoryError", "MemoryError"})),
    (
        "timeout",
        frozenset({"TimeoutError", "Timeout", "TimeoutException", "ReadTimeoutError", "SoftTimeLimitExceeded"}),
    ),
    (
        "dependency",
        frozenset(
            {
                "ConnectionError",
                "ClientError",
                "BotoCoreError",
                "RequestException",
                "HTTPError",
                "TransportError",
                "gaierror",
                "RpcError",
            }
        ),
    ),
)


def error_class_of(exception: BaseException, classifier: Classifier | None) -> str:
    """What the application's own classifier says, else what ``classify`` says. Never raises."""
    try:
        return (classifier(exception) if classifier is not None else None) or classify(exception)
    except Exception:
        return "internal"


def classify(exception: BaseException) -> str:
    """The error class of an exception; ``internal`` when nothing says otherwise.

    A plain ``ValueError`` is internal: only an exception that was meant as the request's own fault is a rejection.
    """
    names = [kind.__name__ for kind in type(exception).__mro__]
    for error_class, known in _BY_NAME:
        if not known.isdisjoint(names):
            return error_class
    # CUDA's libraries raise RuntimeError for it.
    if isinstance(exception, RuntimeError) and "out of memory" in str(exception).lower():
        return "oom"
    return "internal"
