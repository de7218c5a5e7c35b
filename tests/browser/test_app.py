"""Every page in a real browser: what stands on it, what it asks for, how it fits a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from app.main import PAGES
from tests.browser.visitor import Visitor

# what has to be seen; in tables and charts this is drawn, so the accessible names of those count
SEEN = {
    "scorecard": (
        "Net Promoter Score",
        "17.5",
        "EUR 14,809",
        "Months published with another figure before",
        "Figures of Net Promoter Score",
    ),
    "journeys": ("From stage to stage", "Where it hurts", "Pain points, the worst first"),
    "voice": ("Share of voice", "180 match", "What customers said, the newest first"),
    "closed_loop": ("20 are due in all", "Whom to contact today, the most urgent first"),
    "customers": ("Look up", "nothing is shown before"),
    "profiles": ("Who moved", "Profiles by month"),
    "value": ("Monthly recurring revenue", "Who stays"),
    "data_health": ("1 Jul 2026", "landed: passed", "Published tables with their rows"),
}
_PICTURES = bool(os.environ.get("CX_SCREENSHOTS"))
SIZES = [("light", 1280), ("dark", 390), *([("light", 390), ("dark", 1280)] if _PICTURES else [])]
_NAMES = "return [...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label')).join('\\n')"
# how far text stands out from the ground it is on, as WCAG counts it
_CONTRAST = """
const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const ground = numbers(getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor);
return [...document.querySelectorAll('h2, h3, [data-testid=stMarkdown] p, [data-testid=stCaptionContainer] p, label p, code, [data-testid=stMetricDelta]')]
    .filter(e => e.offsetParent).map(e => {
        let alpha = 1; for (let up = e; up; up = up.parentElement) alpha *= Number(getComputedStyle(up).opacity);
        const ink = numbers(getComputedStyle(e).color); alpha *= ink.length > 3 ? ink[3] : 1;
        const seen = [0, 1, 2].map(i => alpha * ink[i] + (1 - alpha) * ground[i]);
        const [a, b] = [light(seen), light(ground)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); });
"""


@pytest.mark.parametrize(("theme", "width"), SIZES)
@pytest.mark.parametrize("page", [name for name, _, _ in PAGES])
def test_a_page_is_complete_fits_and_stays_on_this_machine(
    visitor: Visitor, screenshots: Path, page: str, theme: str, width: int
) -> None:
    visitor.as_on(theme, width)
    visitor.open(page)
    browser = visitor.browser
    told = visitor.text() + browser.execute_script(_NAMES)
    for expected in SEEN[page]:
        assert expected in told, expected
    assert browser.find_elements(By.CSS_SELECTOR, "[data-testid=stException], [data-testid=stAlertContentError]") == []
    wide, room = browser.execute_script(
        "const m = document.querySelector('[data-testid=stMain]'); return [m.scrollWidth, m.clientWidth]"
    )
    assert wide <= room, "the page has to be pushed sideways"
    assert min(browser.execute_script(_CONTRAST)) >= 4.5
    assert visitor.hosts() == {"127.0.0.1"}
    assert _complaints(visitor) == []
    if _PICTURES:
        visitor.picture(screenshots / f"{page}-{theme}-{width}.png", theme, width)


def _complaints(visitor: Visitor) -> list[str]:
    """What the browser's console says against the page. Streamlit looks for itself below the page's address first."""
    told = [entry["message"] for entry in visitor.browser.get_log("browser") if entry["level"] == "SEVERE"]
    return [message for message in told if "/_stcore/" not in message]


def test_somebody_is_found_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.as_on("light", 1280)
    visitor.open("customers")
    body = visitor.browser.find_element(By.TAG_NAME, "body")
    for _ in range(25):
        body.send_keys(Keys.TAB)
        body = visitor.browser.switch_to.active_element
        if body.get_attribute("aria-label") == "Look up":
            break
    assert body.get_attribute("aria-label") == "Look up"
    body.send_keys("person7@planted.example", Keys.ENTER)
    heading = "//h3[contains(., 'Dora =Formel B')]"
    visitor.browser.implicitly_wait(20)
    assert visitor.browser.find_element(By.XPATH, heading).is_displayed()
    visitor.browser.implicitly_wait(0)
    visitor.wait()
    assert "To be contacted (rank 8)" in visitor.text()


def test_no_page_speaks_of_people_in_its_address_to_others(visitor: Visitor) -> None:
    """The look-up stands in the address, so the page must not tell other hosts where it was come from."""
    visitor.open("customers?q=person7@planted.example")
    assert "Dora =Formel B" in visitor.text() and visitor.hosts() == {"127.0.0.1"}
