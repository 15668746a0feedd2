"""How soon a page's exercises can be used: time, bytes and requests from navigation to live forms.

    python benchmarks/exercise_page.py [_build/html [counts [15]]]     # site, chapter, runs

Needs Playwright and Chromium. Each run is a new browser context with an empty cache, on loopback.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# In ms since the start of the navigation: when the last form is live, and the bar there.
WATCH = """
new MutationObserver((changes, self) => {
    if (!document.querySelector(".bc-page")) return;
    window.live = performance.now();
    self.disconnect();
}).observe(document, { subtree: true, childList: true });
"""
FIGURES = """() => {
    const [page] = performance.getEntriesByType("navigation");
    const files = performance.getEntriesByType("resource");
    const size = found => found.reduce((sum, each) => sum + each.decodedBodySize, 0);
    const ours = files.filter(each => /exercise[.](js|css)/.test(each.name));
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return {
        "first content painted, ms": paint ? paint.startTime : 0,
        "HTML read, ms": page.domInteractive,
        "all forms and the bar live, ms": live,
        "page loaded, ms": page.loadEventEnd,
        "requests": files.length + 1,
        "bytes, whole page": size([page, ...files]),
        "bytes, HTML": size([page]),
        "bytes, our script and style": size(ours),
    };
}"""


@contextmanager
def served(site: str) -> Iterator[str]:
    """Serve a folder on loopback, by a process of its own; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--protocol", "HTTP/1.1", "--directory", site],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def visit(browser: Browser, url: str) -> dict[str, float]:
    """Open a page anew; return the milliseconds, requests and bytes that it took."""
    with browser.new_context() as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(url, wait_until="load")
        page.wait_for_function("window.live")
        return dict(page.evaluate(FIGURES))


def main(site: str = "_build/html", chapter: str = "counts", runs: str = "15") -> None:
    """Print the median and the range of each figure."""
    if not os.path.isfile(f"{site}/{chapter}.html"):
        sys.exit(f"no {site}/{chapter}.html: build the book first, with jupyter-book build book/")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=root)
        visit(browser, f"{address}/{chapter}.html")  # the first run also starts the browser
        found = [visit(browser, f"{address}/{chapter}.html") for _ in range(int(runs))]
        print(f"{chapter}.html, {browser.version}, {runs} runs, load {os.getloadavg()[0]:.1f}")
        browser.close()
    for name in found[0]:
        each = sorted(run[name] for run in found)
        print(f"{name:32} {statistics.median(each):10,.0f}   {each[0]:,.0f} to {each[-1]:,.0f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
