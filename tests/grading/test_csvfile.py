"""CSV as spreadsheets write it, and cells that no spreadsheet runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount.grading import csvfile
from bordercount.grading.csvfile import CsvError

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd()", "\r=1", "\uff1d1", "\n=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_starts_like_a_formula(text):
    assert csvfile.cell(text).startswith("'")
    assert csvfile.bare(csvfile.cell(text)) == csvfile.clean(text)


@pytest.mark.parametrize("text", ["s1", "6549", "O'Neill", "'quoted'", "a=b", "", "Ana-María"])
def test_ordinary_text_stays_as_it_is(text):
    assert csvfile.cell(text) == text
    assert csvfile.bare(text) == text


@given(st.text())
def test_what_is_written_comes_back_the_same_and_is_valid_text(text):
    line = csvfile.line([text, 1, None])
    line.encode("utf-8")
    (row,) = csv.reader(io.StringIO(line, newline=""))
    assert csvfile.bare(row[0]).strip() == csvfile.returned(text)
    assert row[1:] == ["1", ""]
    assert not csvfile.FORMULA.match(row[0]) or row[0] == ""


def test_a_cell_that_a_spreadsheet_would_cut_says_so():
    found = csvfile.cell("x" * 40_000)
    assert len(found) < 32_767
    assert "40,000 characters in all" in found


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separator_and_encoding_are_found_and_kept(delimiter, encoding):
    content = f'"a,;\tb"{delimiter}name\r\n1{delimiter}Chén\r\n'.encode(encoding)
    file = csvfile.parse(content, "x.csv")
    assert file.header == ["a,;\tb", "name"]
    assert file.rows == [["1", "Chén"]]
    assert csvfile.parse(file.encoded(file.rows), "y.csv") == csvfile.CsvFile(
        "y.csv", file.header, file.rows, delimiter, file.encoding, "\r\n"
    )


def test_columns_are_found_whatever_their_case_and_spaces():
    file = csvfile.parse(b"\xef\xbb\xbfFull  Name,ID\nAna,1\n", "x.csv")
    assert file.column("student", "full name") == 0
    assert file.column("email") is None
    assert file.records() == [{"Full  Name": "Ana", "ID": "1"}] or file.header[0].endswith("Name")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "no header"), (b" , \n1,2\n", "no header"), (b"a,b\n\0", "not a text file"),
     (b'a,"b\n', "not readable as CSV"), (b"\xff\xfe\x00", "not text")],
)  # fmt: skip
def test_what_is_no_csv_is_refused_with_its_name(content, says):
    with pytest.raises(CsvError, match=f"x.csv: .*{says}"):
        csvfile.parse(content, "x.csv")


def test_a_table_begins_with_the_mark_that_spreadsheets_need_and_is_read_without_it(klass):
    klass.put("a.json", klass.sheet("s1"))
    klass.grade()
    for name in ("grades.csv", "totals.csv", "to_mark.csv", "problems.csv"):
        assert (klass.out / name).read_bytes().startswith(b"\xef\xbb\xbfstudent,")
        assert csvfile.read(klass.out / name).column("student") == 0
