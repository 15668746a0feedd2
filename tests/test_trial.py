"""A student's function is tried alone, its errors are outcomes, and values are compared fairly."""

import json
import linecache
import math
import sys

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


def test_a_function_that_gets_no_table_is_tried_where_pandas_is_not(monkeypatch):
    monkeypatch.setitem(sys.modules, "bordercount.data", None)
    assert trial.run(SOURCE, "f", "", [[1], [2]]) == [Outcome(2), Outcome(3)]


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
        (SERIES, {"series": [1, 2], "index": ["a", "b"], "dtype": "int64"}),
        (pd.Index(["a"]), ["a"]),
        (
            pd.DataFrame({"x": [1]}),
            {"frame": [[1]], "columns": ["x"], "index": [0], "dtypes": ["int64"]},
        ),
        (pd.Timestamp("2024-02-01"), "2024-02-01 00:00:00"),
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
        (SERIES, pd.Series({"a": 1, "c": 3}), 0, False),
        (SERIES, [1, 2], 0, True),
        ([1, 2], SERIES, 0, True),
        ({"a": 1, "b": 2}, SERIES, 0, True),
        (1, 10**400, 0, False),
        (1.5, 10**400, 0, False),
        (FRAME, FRAME.copy(), 0, True),
        (FRAME, FRAME.fillna(0), 0, False),
        (FRAME, {"frame": [[1]], "columns": ["a", "b"], "index": [0], "dtypes": []}, 0, False),
        (FRAME, {"frame": 1, "columns": 1, "index": 1, "dtypes": 1}, 0, False),
        (SERIES, {"series": [1], "index": [], "dtype": "int64"}, 0, False),
    ],
)
def test_values_agree_in_what_they_say(wanted, got, decimals, agree):
    assert trial.same(trial.plain(wanted), trial.plain(got), decimals) is agree


TABLE = pd.DataFrame({"name": ["a", "b", "c"], "count": [1.0, 2.0, None]}, index=[7, 8, 9])
COUNTS = pd.Series([3, 1, 2], index=["x", "y", "z"])
DATES = pd.Series([1, 2], index=pd.to_datetime(["2024-01-01", "2024-02-01"]))


@pytest.mark.parametrize(
    ("wanted", "got", "matters", "agree"),
    [
        (TABLE, TABLE.iloc[::-1], (), True),
        (TABLE, TABLE.iloc[::-1], ("order",), False),
        (TABLE, TABLE.iloc[::-1], ("index",), True),
        (TABLE, TABLE.reset_index(drop=True), (), True),
        (TABLE, TABLE.reset_index(drop=True), ("index",), False),
        (TABLE, TABLE[["count", "name"]], ("order", "index"), True),
        (TABLE, TABLE.rename(columns={"name": "title"}), (), False),
        (TABLE, TABLE.assign(more=1), (), False),
        (TABLE, TABLE.head(2), (), False),
        (TABLE, TABLE.assign(count=[1.2, 2.2, None]), (), True),
        (TABLE, TABLE.assign(count=[2.0, 1.0, None]), (), False),
        (TABLE, TABLE["count"], (), False),
        (COUNTS, COUNTS.sort_values(), (), True),
        (COUNTS, COUNTS.sort_values(), ("order",), False),
        (COUNTS, COUNTS.sort_values(), ("index",), True),
        (COUNTS, COUNTS.astype(float), (), True),
        (COUNTS, COUNTS.astype(float), ("dtype",), False),
        (COUNTS, COUNTS.to_dict(), ("index",), True),
        (COUNTS, {"x": 3, "y": 2, "z": 1}, ("index",), False),
        (COUNTS, COUNTS.tolist(), ("index",), False),
        (COUNTS, [3, 1, 2], ("order",), True),
        (COUNTS, [1, 2, 3], ("order",), False),
        (COUNTS, COUNTS.to_frame("n"), (), False),
        (DATES, DATES.sort_index(ascending=False), ("index",), True),
    ],
)
def test_of_a_table_counts_what_the_exercise_says(wanted, got, matters, agree):
    plain = json.loads(json.dumps([trial.plain(wanted), trial.plain(got)]))  # as the grader has it
    assert trial.same(*plain, 0, matters) is agree


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (COUNTS, "a Series: x: 3, y: 1, z: 2"),
        (TABLE, "a table of 3 rows, its columns name, count"),
        ([1, "a"], "[1, 'a']"),
    ],
)
def test_a_value_is_shown_as_its_writer_thinks_of_it(value, shown):
    assert trial.shown(trial.plain(value)) == shown
