"""A student's function is tried alone, its errors are outcomes, and values are compared fairly."""

import linecache
import math

import numpy as np
import pandas as pd
import pytest

from bordercount import trial
from bordercount.trial import Outcome, SourceError

SOURCE = "def f(x):\n    return x + 1\n"


def written(source, name="f"):
    """Return the function that a cell with this source defines."""
    file = f"<cell {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    namespace = {}
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def test_the_source_is_that_of_the_function_alone():
    assert trial.source_of(written("y = 3\n\n" + SOURCE + "\nprint(end='')\n"), "f") == SOURCE


@pytest.mark.parametrize("value", [3, "f", None, len, print, lambda x: x, str.upper, pd.DataFrame])
def test_what_is_no_function_of_that_name_is_refused_in_a_plain_sentence(value):
    with pytest.raises(SourceError, match="Define the function f with def, and pass it itself: f"):
        trial.source_of(value, "f")


def test_a_function_whose_source_is_nowhere_is_refused_in_a_plain_sentence():
    namespace = {}
    exec(SOURCE, namespace)
    with pytest.raises(SourceError, match="Define the function in a cell"):
        trial.source_of(namespace["f"], "f")


@pytest.mark.parametrize(
    ("source", "is_starter"),
    [
        (SOURCE, True),
        ("def f(x):  # a note\n\n    return x + 1", True),
        (SOURCE.replace("1", "2"), False),
        ("f = 3", False),
        ("def f(", False),
        ("", False),
    ],
)
def test_the_starter_as_given_is_known_whatever_its_spaces(source, is_starter):
    assert trial.untouched(source, "import math\n\n" + SOURCE) is is_starter


def test_a_function_sees_only_what_is_given():
    source = "def f():\n    return sorted(name for name in globals() if name[0] != '_')\n"
    (found,) = trial.run(source, "f", "import math\nk = 3", [[]])
    assert found == Outcome(["f", "k", "math"])
    (found,) = trial.run("def f():\n    return pd.NA\n", "f", "", [[]])
    assert found.error == "NameError: name 'pd' is not defined"


def test_every_input_gets_a_fresh_namespace():
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)\n"
    assert trial.run(source, "f", "", [[1], [2]]) == [Outcome(1), Outcome(1)]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(x):\n    return 1 / x\n", "ZeroDivisionError: division by zero"),
        ("def f():\n    pass\n", "TypeError: f() takes 0 positional arguments but 1 was given"),
        ("def f(x):\n    raise SystemExit('bye')\n", "SystemExit: bye"),
        ("def f(x):\n    return f(x)\n", "RecursionError: maximum recursion depth exceeded"),
        ("def g(x):\n    return x\n", "SourceError: The cell defines no function f."),
        ("def f(x:\n", "SyntaxError: "),
    ],
)
def test_an_error_is_an_outcome_like_another(source, error):
    (found,) = trial.run(source, "f", "", [[0]])
    assert found.error.startswith(error)
    assert str(found) == found.error
    assert trial.agrees([None], [found], 0) == [False]


def test_an_input_may_be_a_table(demo):
    source = "def f(table):\n    return table['encounters'].sum()\n"
    table, number = {"table": "encounters"}, {"month": "2024-02"}
    (found,) = trial.run(source, "f", "", [[table]])
    assert type(found.value) is int
    assert found.value > 0
    assert [trial.described(each) for each in (table, number, "a")] == [
        "the table encounters",
        "{'month': '2024-02'}",
        "'a'",
    ]


def test_a_function_that_changes_its_table_spoils_no_other_input(demo):
    source = "def f(table):\n    table['encounters'] = 0\n    return table.shape[0]\n"
    check = "def f(table):\n    return bool(table['encounters'].sum() > 0)\n"
    table = [{"table": "encounters"}]
    trial.run(source, "f", "", [table])
    assert trial.run(check, "f", "", [table, table]) == [Outcome(True), Outcome(True)]


SERIES = pd.Series([1, 2], index=["a", "b"])
FRAME = pd.DataFrame({"x": [1.0, math.nan]})


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (np.int64(3), 3),
        (np.float64(1.5), 1.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
        ((1, (2, 3)), [1, [2, 3]]),
        (SERIES, {"a": 1, "b": 2}),
        (pd.Index(["a"]), ["a"]),
        (pd.DataFrame({"x": [1]}), {"x": {"0": 1}}),
        ({2024: np.int64(1)}, {"2024": 1}),
    ],
)
def test_values_become_plain(value, wanted):
    plain = trial.plain(value)
    assert plain == wanted
    assert type(plain) is type(wanted)


@pytest.mark.parametrize(
    ("wanted", "got", "decimals", "agree"),
    [
        (3, 3, 0, True),
        (3, 3.0, 0, True),
        (3, 3.4, 0, True),
        (3, 3.6, 0, False),
        (1.25, 1.254, 2, True),
        (1.25, 1.26, 2, False),
        (10**30, 10**30, 0, True),
        (10**30, 10**30 + 1, 0, False),
        (math.inf, math.inf, 0, True),
        (math.inf, -math.inf, 0, False),
        (math.inf, 3, 0, False),
        (math.nan, math.nan, 0, True),
        (math.nan, 0, 0, False),
        (0, math.nan, 0, False),
        (True, True, 0, True),
        (True, 1, 0, False),
        (0, False, 0, False),
        (1, "1", 0, False),
        ("a", "a", 0, True),
        ("a", "A", 0, False),
        (None, None, 0, True),
        (None, 0, 0, False),
        ([1, 2], [1, 2.2], 0, True),
        ([1, 2], [2, 1], 0, False),
        ([1, 2], [1], 0, False),
        ([1, 2], (1, 2), 0, True),
        ([1, 2], np.array([1, 2]), 0, True),
        (SERIES, pd.Series({"b": 2, "a": 1}), 0, True),
        (SERIES, pd.Series({"a": 1, "c": 2}), 0, False),
        (SERIES, [1, 2], 0, False),
        (FRAME, FRAME.copy(), 0, True),
        (FRAME, FRAME.fillna(0), 0, False),
    ],
)
def test_values_agree_in_what_they_say(wanted, got, decimals, agree):
    assert trial.same(trial.plain(wanted), trial.plain(got), decimals) is agree
