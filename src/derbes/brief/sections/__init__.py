"""The sections of a brief, from results to texts, tables and figures."""
