"""Typed terms: what an expression is made of, and what it computes with."""
