"""The demo: deploys with the real `cdk` command, runs a fleet, breaks it, and proves what it showed."""
