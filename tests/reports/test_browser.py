"""Pages as a browser shows them: wide and narrow, light and dark, on paper, without a network."""

from __future__ import annotations

import shutil

import pytest

import archscout
from archscout.reports._search_html import render_search

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="the browser chromium is not installed"),
]
PAGES = ("report", "comparison", "ranking")
OUTSIDE = """() => {
  const found = [];
  for (const chart of document.querySelectorAll(".chart")) {
    const box = chart.getBoundingClientRect();
    for (const text of chart.querySelectorAll("svg text")) {
      const own = text.getBoundingClientRect();
      const cut = own.left < box.left - 1 || own.right > box.right + 1;
      if (own.width && cut) found.push(text.textContent);
    }
  }
  return found;
}"""
INK = """() => {
  const text = document.querySelector(".chart .xtick text");
  return [getComputedStyle(document.body).color, getComputedStyle(text).fill];
}"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as running:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = running.chromium.launch(
            executable_path=CHROMIUM, args=arguments, timeout=120_000
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    table = ("nasbench201", "nasbench201")
    short = {"seeds": 2, "workers": 1, "out": folder}
    archscout.compare(*table, ["random", "local"], labels=12, **short)
    short["out"] = folder / "ranked"
    archscout.rank(*table, ["forest", "random-forest"], labels=[10, 20], **short)
    return {
        "comparison": folder / "comparison.html",
        "ranking": folder / "ranked" / "ranking.html",
        "report": folder / "report.html",
    }


@pytest.fixture
def show(browser, pages, make_result):
    """Opens a page of a name in a window of a width; nothing may be said on the console."""
    opened = []

    def open_page(name, width, scheme):
        if not pages[name].exists():
            pages[name].write_text(render_search(make_result(failed=2)), "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(pages[name].as_uri())
        page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every(c => c.querySelector('.xtick text'))"
        )
        opened.append(context)
        return page

    yield open_page
    for context in opened:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_asked_for_or_complained_of(show, name, width, scheme):
    page = show(name, width, scheme)
    assert page.said == []
    assert len(page.asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []
    body, text = page.evaluate(INK)
    assert body == text
    assert page.query_selector_all(".chart path.js-line, .chart .point")


def test_figures_follow_the_scheme_and_lie_dark_on_paper(show):
    page = show("report", 1280, "light")
    light = page.evaluate(INK)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("ink => getComputedStyle(document.body).color !== ink", arg=light[0])
    page.wait_for_function(f"({INK})()[0] === ({INK})()[1]")
    dark = page.evaluate(INK)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(INK) == light
    assert page.evaluate("document.querySelector('.chart .main-svg').clientWidth") <= 640
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(INK) == dark


def test_a_key_takes_a_line_out_and_back_with_its_band(show):
    page = show("comparison", 390, "dark")
    lines = "document.querySelectorAll('.chart .scatter').length"
    before = page.evaluate(lines)
    button = page.query_selector("[data-name=local]")
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    page.wait_for_function(f"{lines} === {before - 2}")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{lines} === {before}")
