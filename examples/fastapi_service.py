"""A service that generates on request.

    DIFFUSIONWATCH_SERVICE=image-api DIFFUSIONWATCH_ENVIRONMENT=prod uvicorn examples.fastapi_service:app

Needs ``pip install diffusionwatch fastapi uvicorn``. Under several workers (``--workers 4``, gunicorn) each process has
a monitor of its own, since ``lifespan`` runs in each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from diffusionwatch import GenerationMonitor, UnsafeContent


class Order(BaseModel):
    prompt: str
    steps: int = Field(default=30, ge=1, le=100)
    width: int = Field(default=1024, multiple_of=8)
    height: int = Field(default=1024, multiple_of=8)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    with GenerationMonitor.from_env() as app.state.monitor:
        app.state.gpu = asyncio.Semaphore(1)  # one request at a time on the GPU
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/images")
async def images(order: Order) -> dict[str, int]:
    monitor: GenerationMonitor = app.state.monitor
    try:
        async with monitor.generation("sdxl", None, order.steps, order.width, order.height) as generation:
            async with generation.stage("waiting_for_gpu"):  # no stage of the catalogue: a property of the event
                await app.state.gpu.acquire()
            try:
                if "unsafe" in order.prompt:
                    raise UnsafeContent("the prompt was refused")
                async with generation.stage("denoise"):
                    await asyncio.sleep(0.01 * order.steps)  # your pipeline, in a thread: asyncio.to_thread(...)
            finally:
                app.state.gpu.release()
            generation.images = 1
            return {"images": generation.images}
    except UnsafeContent as error:
        raise HTTPException(422, str(error)) from error
