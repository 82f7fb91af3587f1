"""Draws: inputs at values of their own, and the case, compiled and planned, at each."""
