"""The probe: a CloudWatch Synthetics canary that asks a service for a tiny image."""
