"""The examples run."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from diffusionwatch import InvalidInput
from diffusionwatch.testing import recording


def example(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def message(steps: int) -> dict[str, object]:
    return {
        "MessageId": "m",
        "Body": json.dumps({"prompt": "a red fox", "steps": steps, "seed": 7}),
        "Attributes": {"SentTimestamp": "1767700800000", "ApproximateReceiveCount": "1"},
    }


def test_sqs_worker_serves_a_message_and_rejects_an_impossible_one(root: Path) -> None:
    worker = example(root, "worker_sqs")
    with recording() as (monitor, sink):
        worker.serve(monitor, message(3))
        with pytest.raises(InvalidInput):
            worker.serve(monitor, message(1000))
    assert len(sink.values("DenoiseStep")) == 3
    assert (sink.total("RequestsCompleted"), sink.total("RequestsRejected")) == (1, 1)
    assert len(sink.values("QueueWait")) == 2


def test_diffusers_pipeline_records_each_step(root: Path) -> None:
    pytest.importorskip("torch", reason="make test-diffusers installs torch and diffusers")
    pytest.importorskip("diffusers", reason="make test-diffusers installs torch and diffusers")
    event = example(root, "diffusers_pipeline").main(steps=4)
    assert event["ImagesGenerated"] == 1
    assert len(event["DenoiseStep"]) == 4  # type: ignore[arg-type]
    assert event["Denoise"] > 0  # type: ignore[operator]


def test_fastapi_service_records_what_it_serves(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fastapi", reason="the example is run where FastAPI is installed")
    from fastapi.testclient import TestClient

    monkeypatch.setenv("DIFFUSIONWATCH_SERVICE", "image-api")
    monkeypatch.setenv("DIFFUSIONWATCH_ENVIRONMENT", "test")
    monkeypatch.setenv("AWS_EMF_AGENT_ENDPOINT", "udp://127.0.0.1:9")
    app = example(root, "fastapi_service").app
    with TestClient(app) as client:
        assert client.post("/images", json={"prompt": "a red fox", "steps": 2}).json() == {"images": 1}
        assert client.post("/images", json={"prompt": "unsafe", "steps": 2}).status_code == 422
        counts = app.state.monitor.counts()
    assert (counts.completed, counts.rejected) == (1, 1)
