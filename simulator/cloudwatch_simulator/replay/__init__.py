"""Recorded metric data through a template's alarms: what would have paged."""
