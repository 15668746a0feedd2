"""How soon a page's exercises can be used: time, bytes and requests from navigation to live forms.

    python benchmarks/exercise_page.py _build/html [chapter] [runs]

Needs Playwright and Chromium. Each run is a new browser context with an empty cache, on loopback.
"""

import functools
import http.server
import os
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# Since the start of the navigation: the first form, and all of them with the bar.
WATCH = """
window.live = {};
new MutationObserver(() => {
    const forms = document.querySelectorAll(".bc-exercise[data-live]").length;
    if (forms && !live.first) live.first = performance.now();
    if (document.querySelector(".bc-page") && !live.all) live.all = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
OURS = ("exercise.js", "exercise.css")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder on loopback; give its address."""
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def visit(browser: Browser, url: str) -> dict[str, float]:
    """Open a page anew; return the milliseconds, requests and bytes that it took."""
    sizes: dict[str, int] = {}
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
        page.goto(url, wait_until="load")
        page.wait_for_function("live.all")
        live = page.evaluate("live")
        done = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    return {
        "first form live, ms": live["first"],
        "all forms and the bar, ms": live["all"],
        "page loaded, ms": done,
        "requests": len(sizes),
        "bytes, whole page": sum(sizes.values()),
        "bytes, HTML": sizes[url],
        "bytes, our script and style": sum(
            size for name, size in sizes.items() if name.partition("?")[0].endswith(OURS)
        ),
    }


def main(site: str, chapter: str = "counts", runs: str = "15") -> None:
    """Print the median and the range of each figure."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with served(Path(site)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=root)
        visit(browser, f"{address}/{chapter}.html")  # the first run also starts the browser
        found = [visit(browser, f"{address}/{chapter}.html") for _ in range(int(runs))]
        print(f"{chapter}.html, {browser.version}, {runs} runs, load {os.getloadavg()[0]:.1f}")
        browser.close()
    for name in found[0]:
        each = sorted(run[name] for run in found)
        print(f"{name:30} {statistics.median(each):10,.0f}   {each[0]:,.0f} to {each[-1]:,.0f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
