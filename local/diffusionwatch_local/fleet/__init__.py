"""The demo's fleet: a producer and worker processes that take jobs from the queue, as a user's would.

The workers import `diffusionwatch` exactly as the README tells; nothing here knows how telemetry travels.
"""
