"""The fixture of a small class."""

import pytest
from classroom import Class


@pytest.fixture
def klass(demo, tmp_path) -> Class:
    """Return a maker of sheets for the small course, and its grader."""
    return Class(tmp_path)
