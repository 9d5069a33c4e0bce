"""Lambda functions that run here: one warm Python process each, started by calls, events and schedules."""
