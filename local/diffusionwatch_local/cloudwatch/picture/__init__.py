"""GetMetricWidgetImage: a metric widget as a picture."""

from __future__ import annotations

from .operation import PictureOperation

__all__ = ["PictureOperation"]
