"""The WSGI application: our own services first, moto behind them."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from .service import FallThrough, Operation, Service, ServiceError
from .wire import Answer, wire

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

log = logging.getLogger(__name__)

_SIGNED_FOR = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/]+/([^/]+)/aws4_request")


class Application:
    """Answers every AWS request that reaches this machine's port.

    Args:
        services: our services; a later one may add operations to, or replace those of, an earlier one of the same name.
        account: the account in which everything happens, whoever signs.
    """

    def __init__(self, services: Sequence[Service], account: str) -> None:
        self._account = account
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._operations: dict[str, dict[str, Operation]] = {}
        for service in services:
            self._operations.setdefault(service.name, {}).update(service.operations())
        self._alone = {service.name for service in services if getattr(service, "alone", False)}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Any access key of any length is welcome: the account is ours, not one derived from the key.
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        signed = _SIGNED_FOR.search(environ.get("HTTP_AUTHORIZATION", ""))
        if signed and signed[1] in self._operations:
            answer = self._answer(signed[1], environ)
            if answer is not None:
                return _send(answer, start_response)
        try:
            response: Iterable[bytes] = self._moto(environ, start_response)
        except Exception as error:
            # moto raises for an operation that it lacks. 501 is an answer that no client asks for again.
            log.warning("%s %s: %s", signed[1] if signed else "unsigned", environ.get("PATH_INFO"), error)
            message = f"the embedded AWS cannot answer this: {error or type(error).__name__}"
            reason = ServiceError("NotImplemented", message, 501)
            return _send(self._refusal(signed[1] if signed else "s3", environ, reason), start_response)
        return response

    def _refusal(self, signing_name: str, environ: Environ, reason: ServiceError) -> Answer:
        request = Request({**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"})
        try:
            protocol = wire(signing_name)
            found = protocol.operation(request)
            return protocol.write(request, found[0] if found else "", reason)
        except Exception:  # not even a service that botocore knows
            return reason.status, {"Content-Type": "text/plain"}, reason.message.encode()

    def _answer(self, signing_name: str, environ: Environ) -> Answer | None:
        """Our answer, or None where moto is to give one."""
        body = Request(environ).get_data(cache=False, parse_form_data=False)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input"] = io.BytesIO(body)
        # moto may have to read it too, so we read from a stream of our own.
        request = Request({**environ, "wsgi.input": io.BytesIO(body)})
        protocol = wire(signing_name)
        operation, labels = protocol.operation(request) or ("", {})
        if operation not in self._operations[signing_name]:
            if signing_name not in self._alone:
                return None
            message = f"the embedded {signing_name} does not do this: {operation}"
            return protocol.write(request, operation, ServiceError("NotImplemented", message, 501))
        try:
            result: object = self._operations[signing_name][operation](protocol.read(request, operation, labels)) or {}
        except FallThrough:
            return None
        except (ServiceError, ServiceException) as error:
            result = error
        except Exception as error:
            log.exception("%s %s failed", signing_name, operation)
            result = ServiceError("InternalFailure", f"{type(error).__name__}: {error}", 500)
        return protocol.write(request, operation, result)


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    status, headers, body = answer
    start_response(f"{status} {HTTPStatus(status).phrase}", list({**headers, "Content-Length": str(len(body))}.items()))
    return [body]
