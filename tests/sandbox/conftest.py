"""What the checks of the sandbox share."""

import pytest
from workbench import Bench


@pytest.fixture(scope="module")
def bench():
    """A room of this module's own."""
    made = Bench()
    yield made
    made.functions.close()
