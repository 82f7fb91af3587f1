"""Take the picture of page one that the README shows.

    python tools/picture.py out/brief.html docs/images/brief.png

It needs Chromium: the one on the path, or the one that DERBES_CHROMIUM names.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDTH, SCALE = 760, 1.25
"""Of the window [px], and pixels of the picture to one of the window."""


def picture(page: Path, target: Path) -> None:
    """Draw the first page of a brief, as high as it is, as a screen shows it."""
    chromium = os.environ.get("DERBES_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_page(
            viewport={"width": WIDTH, "height": 1000}, device_scale_factor=SCALE
        )
        window.goto(page.resolve().as_uri())
        window.evaluate("document.fonts.ready")
        target.parent.mkdir(parents=True, exist_ok=True)
        # The page above the contents, with the margin of the document around it.
        box = window.locator(".page-one").bounding_box() or {"y": 0.0, "height": 1000.0}
        height = box["y"] + box["height"] + 16
        window.screenshot(
            path=target, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height}
        )
        browser.close()


if __name__ == "__main__":
    picture(Path(sys.argv[1]), Path(sys.argv[2]))
