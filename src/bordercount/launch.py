"""Where a chapter's worksheet opens: on Binder, on a JupyterHub, or in the reader's own browser."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bordercount import yamlfile
from bordercount.errors import BordercountError

SERVICE = r"https://[\w.-]+(:\d+)?(/[^\s?#]+)?"
REPOSITORY = r"https://[\w.-]+(:\d+)?(/[^/\s?#]+){2,}"
WORKSHEETS = "worksheets"  # the branch that a hub pulls: what students get, and no more
LITE = "lite/lab/index.html"  # JupyterLite's page, below the book's first one


class AddressError(BordercountError):
    """An address in _config.yml cannot be used; the message says which, and what it should be."""


@dataclass(frozen=True)
class Ways:
    """The ways to a worksheet that this book offers; what is not offered is empty."""

    repository: str = ""
    branch: str = "main"
    binder: str = ""
    hub: str = ""
    lite: bool = False


@dataclass(frozen=True)
class Link:
    """A link to a worksheet: its words, and where it leads."""

    text: str
    address: str


def offered(root: Path) -> Ways:
    """Return the ways that the course at `root` offers, by its _config.yml and what is built.

    Raises `AddressError`.
    """
    path = root / "_config.yml"  # which a student's copy lacks
    config = (yamlfile.parse(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}
    lite = (root / "_build" / LITE).is_file()
    return ways(config.get("repository") or {}, config.get("launch_buttons") or {}, lite)


def ways(repository: Mapping[str, Any], buttons: Mapping[str, Any], lite: bool = False) -> Ways:
    """Return the ways that `repository` and `launch_buttons` of _config.yml name.

    Without the repository's address there is neither Binder nor hub. `lite` says whether a
    JupyterLite site is there. Raises `AddressError`.
    """
    url = address("repository: url", repository.get("url"), REPOSITORY)
    if not url:
        return Ways(lite=lite)
    return Ways(
        repository=url.removesuffix(".git"),
        branch=str(repository.get("branch") or "main"),
        binder=address("launch_buttons: binderhub_url", buttons.get("binderhub_url")),
        hub=address("launch_buttons: jupyterhub_url", buttons.get("jupyterhub_url")),
        lite=lite,
    )


def address(key: str, found: object, wanted: str = SERVICE) -> str:
    """Return an address of this form without a slash at its end, or "" if there is none."""
    text = str(found or "").strip().rstrip("/")
    if text and not re.fullmatch(wanted, text):
        example = "https://github.com/OWNER/NAME" if wanted == REPOSITORY else "https://..."
        raise AddressError(f"_config.yml: {key} is {text!r}; write {example}, or leave it empty")
    return text


def links(found: Ways, name: str, lite: str = LITE) -> list[Link]:
    """Return the links to the worksheet of a chapter; `lite` leads to JupyterLite from its page."""
    sheet = f"exercises/{name}.ipynb"
    leads = []
    if found.binder:
        query = urlencode({"urlpath": f"lab/tree/{sheet}"})
        leads.append(Link("on Binder", f"{found.binder}/v2/{source(found)}?{query}"))
    if found.hub:
        leads.append(Link("on your JupyterHub", pulled(found, sheet)))
    if found.lite:
        leads.append(Link("in your browser alone", f"{lite}?{urlencode({'path': sheet})}"))
    return leads


def source(found: Ways) -> str:
    """Return how Binder names a repository and its branch."""
    parts = urlsplit(found.repository)
    path, branch = parts.path.strip("/"), quote(found.branch, safe="")
    if parts.hostname == "github.com":
        return f"gh/{quote(path)}/{branch}"
    if parts.hostname == "gitlab.com":
        return f"gl/{quote(path, safe='')}/{branch}"
    return f"git/{quote(found.repository, safe='')}/{branch}"


def pulled(found: Ways, place: str) -> str:
    """Return the nbgitpuller link that fetches the students' files and opens one of them."""
    folder = Path(found.repository).name
    query = urlencode(
        {
            "repo": found.repository,
            "branch": WORKSHEETS,
            "urlpath": f"lab/tree/{folder}/{place}",
        }
    )
    return f"{found.hub}/hub/user-redirect/git-pull?{query}"


def line(leads: Iterable[Link]) -> str:
    """Return the links as a line of HTML for the top of a chapter; "" without any."""
    anchors = [f'<a href="{html.escape(link.address)}">Open it {link.text}</a>' for link in leads]
    return f'<p class="bc-launch">Worksheet: {" · ".join(anchors)}</p>' if anchors else ""
