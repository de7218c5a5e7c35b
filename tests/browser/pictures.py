"""`python -m tests.browser.pictures FOLDER`: every page over what is published, light and dark, wide and narrow, as PNG files.

For eyes: whoever changes a page makes them over the demo's data and looks. CX_DATA_DIR says which publication.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.main import PAGES
from ingest.core.paths import Paths
from orchestration.reader import query
from tests.browser.visitor import Visitor, chromium, serving

THEMES, WIDTHS = ("light", "dark"), (1280, 390)
_SOMEBODY = """
select customer_id from customer_360 where open_case_count > 0 and touchpoint_count > 20 and full_name is not null
order by current_mrr desc nulls last, customer_id limit 1
"""


@contextmanager
def _visiting(paths: Paths) -> Iterator[Visitor]:
    with serving(paths) as address, tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        yield Visitor(browser, address)


def addresses(paths: Paths) -> dict[str, str]:
    """Every page by its picture's name; the look-up once without and once with a customer."""
    found = {name: name for name, _, _ in PAGES}
    if paths.published.exists() and (rows := query(paths, _SOMEBODY)[1]):
        found["customer"] = f"customers?q={rows[0][0]}"
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--page", action="append", help="only this page (may be repeated)")
    parser.add_argument("--theme", action="append", choices=THEMES, help="only this one (may be repeated)")
    parser.add_argument("--width", action="append", type=int, help="in pixels (may be repeated)")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    paths = Paths.from_environment()
    with _visiting(paths) as visitor:
        for name, address in addresses(paths).items():
            if asked.page and name not in asked.page:
                continue
            for theme in asked.theme or THEMES:
                for width in asked.width or WIDTHS:
                    visitor.as_on(theme, width)
                    visitor.open(address)
                    visitor.picture(asked.folder / f"{name}-{theme}-{width}.png", theme, width)


if __name__ == "__main__":
    main()
