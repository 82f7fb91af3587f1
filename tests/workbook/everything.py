"""Whether what takes longer is tried too."""

import os

EVERYTHING = os.environ.get("DERBES_WORKBOOK") == "all"
"""As `make workbook` asks for."""
