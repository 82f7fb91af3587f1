"""Bilateral trade: tables brought into a store, and what they say of a dependence."""
