"""Dashboards of synthesized templates as they will look, one self-contained page each, with data."""
