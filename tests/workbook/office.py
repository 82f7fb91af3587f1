"""LibreOffice, where it is installed: a workbook opened, computed anew and saved."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("soffice")


def saved_by_office(book: Path, folder: Path) -> Path:
    """A workbook as LibreOffice saves it, everything computed anew.

    Without LibreOffice the test is skipped, or fails where `DERBES_REQUIRE_OFFICE` is 1.
    """
    if PROGRAM is None:
        if os.environ.get("DERBES_REQUIRE_OFFICE") == "1":
            pytest.fail("no LibreOffice (soffice) was found")
        pytest.skip("no LibreOffice (soffice) was found")
    made = folder / "saved"
    done = subprocess.run(
        [PROGRAM, f"-env:UserInstallation=file://{folder}/profile", "--headless",
         "--convert-to", "xlsx", "--outdir", str(made), str(book)],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert "rror" not in done.stdout + done.stderr
    return made / book.name
