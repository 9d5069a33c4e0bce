"""The front door of the embedded AWS: one loopback port, requests routed by the service that they are signed for."""
