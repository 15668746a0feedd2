"""Launch links: what each service is asked for, and what is no address."""

from urllib.parse import parse_qs, urlsplit

import pytest

from bordercount import launch
from bordercount.launch import AddressError, Ways

GITHUB = {"url": "https://github.com/a-class/numbers", "branch": "main"}
BUTTONS = {"binderhub_url": "https://mybinder.org/", "jupyterhub_url": "https://hub.school.test"}


def addresses(repository, buttons=BUTTONS, lite=False):
    found = launch.links(launch.ways(repository, buttons, lite), "counts")
    return {link.text: link.address for link in found}


@pytest.mark.parametrize("url", ["", None])
def test_without_the_repositorys_address_there_is_no_link(url):
    assert launch.ways({"url": url}, BUTTONS) == Ways()
    assert addresses({"url": url}) == {}
    assert launch.line([]) == ""


def test_binder_is_asked_for_the_worksheet_in_jupyterlab():
    assert addresses(GITHUB)["on Binder"] == (
        "https://mybinder.org/v2/gh/a-class/numbers/main"
        "?urlpath=lab%2Ftree%2Fexercises%2Fcounts.ipynb"
    )


@pytest.mark.parametrize(
    ("url", "branch", "named"),
    [
        ("https://github.com/a-class/numbers.git", "", "gh/a-class/numbers/main"),
        ("https://github.com/a-class/numbers/", "term/2", "gh/a-class/numbers/term%2F2"),
        ("https://gitlab.com/school/a/numbers", "main", "gl/school%2Fa%2Fnumbers/main"),
        ("https://git.school.test/a/n", "main", "git/https%3A%2F%2Fgit.school.test%2Fa%2Fn/main"),
    ],
)
def test_binder_is_told_where_the_repository_is(url, branch, named):
    found = urlsplit(addresses({"url": url, "branch": branch})["on Binder"])
    assert found.path == f"/v2/{named}"


def test_a_hub_pulls_the_students_branch_and_opens_the_worksheet():
    found = urlsplit(addresses({"url": "https://github.com/a&b/nu+m.git"})["on your JupyterHub"])
    assert found.netloc + found.path == "hub.school.test/hub/user-redirect/git-pull"
    assert parse_qs(found.query) == {
        "repo": ["https://github.com/a&b/nu+m"],
        "branch": ["worksheets"],
        "urlpath": ["lab/tree/nu+m/exercises/counts.ipynb"],
    }


def test_a_service_that_is_not_named_is_not_linked():
    assert list(addresses(GITHUB, {})) == []
    assert list(addresses(GITHUB, {"jupyterhub_url": BUTTONS["jupyterhub_url"]})) == [
        "on your JupyterHub"
    ]


def test_the_browser_alone_needs_no_repository():
    found = launch.ways({}, BUTTONS, lite=True)
    (link,) = launch.links(found, "counts", "../lite/lab/index.html")
    assert link.address == "../lite/lab/index.html?path=exercises%2Fcounts.ipynb"


def test_a_line_of_html_says_for_each_link_what_it_opens():
    links = launch.links(launch.ways(GITHUB, BUTTONS, lite=True), "counts")
    line = launch.line(links)
    assert all(f">Open it {link.text}</a>" in line for link in links)
    assert "&amp;branch=worksheets&amp;urlpath=" in line
    assert line.count("<a ") == 3


@pytest.mark.parametrize(
    "url",
    [
        "a-class/numbers",
        "git@github.com:a-class/numbers.git",
        "http://github.com/a-class/numbers",
        "https://github.com",
        "https://github.com/a-class",
        "https://github.com/a class/numbers",
        "https://github.com/a-class/numbers?tab=readme",
        "https://[github.com/a/b",
    ],
)
def test_what_is_no_repositorys_address_is_named_in_one_line(url):
    with pytest.raises(AddressError) as error:
        launch.ways({"url": url}, BUTTONS)
    said = str(error.value)
    assert said.startswith(f"_config.yml: repository: url is {url!r}; write https://")
    assert said.endswith(", or leave it empty")
    assert "\n" not in said


@pytest.mark.parametrize("key", ["binderhub_url", "jupyterhub_url"])
def test_a_services_address_that_is_none_is_named(key):
    with pytest.raises(AddressError, match=f"launch_buttons: {key} is 'hub.school.test'; write"):
        launch.ways(GITHUB, {**BUTTONS, key: "hub.school.test"})
