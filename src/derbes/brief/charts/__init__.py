"""Vega-Lite specifications of the charts, as plain mappings; no library is needed."""
