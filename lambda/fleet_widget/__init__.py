"""The GPUs of a fleet as a heat map on a CloudWatch dashboard: a custom widget, read only.

`board` asks and sorts, `drawing` draws, both pure; `handler` asks AWS.
"""
