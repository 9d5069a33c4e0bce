"""AWS protocols read and written from botocore's own service models, for services that we answer ourselves.

moto's parsers and serializers do the work; what is added is finding the operation of a REST request on the *raw* path,
since a path label may hold an ARN whose slashes arrive percent-encoded.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from .service import ServiceError

# Codes that a model lacks are written all the same; moto's remark on each is not for whoever watches the terminal.
warnings.filterwarnings("ignore", message=r"Exception\(ServiceError\)")

Answer = tuple[int, dict[str, str], bytes]

_MODEL_OF_SIGNING_NAME = {"monitoring": "cloudwatch"}
_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")


class Wire:
    """One service's protocol."""

    def __init__(self, signing_name: str) -> None:
        self.model: ServiceModel = get_service_model(_MODEL_OF_SIGNING_NAME.get(signing_name, signing_name))

    def operation(self, request: Request) -> tuple[str, dict[str, str]] | None:
        """The operation that a request asks for, and the labels of its path; None when the model has none such."""
        action = request.values.get("Action")
        target = request.headers.get("X-Amz-Target")
        if action or target:
            return action or str(target).rsplit(".", 1)[-1], {}
        for method, pattern, name in _rest_routes(self.model):
            if method == request.method and (match := pattern.fullmatch(request.raw_path)):
                return name, {_from_group(group): unquote(text) for group, text in match.groupdict().items()}
        return None

    def read(self, request: Request, operation: str, labels: dict[str, str]) -> dict[str, Any]:
        """The request's parameters in botocore's names and types."""
        parser = PROTOCOL_PARSERS[self._protocol(request)](self.model.operation_model(operation))
        parsed: dict[str, Any] = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": labels,
            }
        )
        return parsed

    def write(self, request: Request, operation: str, result: object) -> Answer:
        """The response for a result or a ``ServiceError``."""
        protocol = self._protocol(request)
        if protocol == "query" and "json" in request.headers.get("Content-Type", ""):
            protocol = "query-json"
        known = operation in self.model.operation_names
        operation_model = self.model.operation_model(operation) if known else OperationModel({}, self.model)
        serializer_class = get_serializer_class(self.model.service_name, protocol)
        request_id = str(uuid4())
        written = serializer_class(operation_model, SerializationContext(request_id)).serialize(result)
        body = written["body"].encode() if isinstance(written["body"], str) else written["body"]
        status = result.status if isinstance(result, ServiceError) else written["status_code"]
        return status, {**written["headers"], "x-amzn-RequestId": request_id}, body

    def _protocol(self, request: Request) -> str:
        return determine_request_protocol(self.model, request.content_type)


@lru_cache(maxsize=64)
def wire(signing_name: str) -> Wire:
    """The protocol of the service that is signed for by this name."""
    return Wire(signing_name)


_ROUTES: dict[str, list[tuple[str, re.Pattern[str], str]]] = {}


def _rest_routes(model: ServiceModel) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path pattern and name of every operation; paths with the most fixed text first."""
    if model.service_name not in _ROUTES:
        routes = []
        for name in model.operation_names:
            http = model.operation_model(name).http
            if "requestUri" in http:
                path = http["requestUri"].split("?")[0]
                routes.append((len(_LABEL.sub("", path)), http["method"], _pattern(path), name))
        routes.sort(key=lambda route: -route[0])
        _ROUTES[model.service_name] = [route[1:] for route in routes]
    return _ROUTES[model.service_name]


def _pattern(path: str) -> re.Pattern[str]:
    text, position = "", 0
    for label in _LABEL.finditer(path):
        text += re.escape(path[position : label.start()])
        text += f"(?P<{_to_group(label[1])}>{'.+' if label[2] else '[^/]+'})"
        position = label.end()
    return re.compile(text + re.escape(path[position:]) + "/?")


def _to_group(label: str) -> str:
    return label.replace("-", "__dash__")


def _from_group(group: str) -> str:
    return group.replace("__dash__", "-")
