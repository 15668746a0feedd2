"""Rooms take turns in a large class, and a submission finds no trace of another in either."""

import json
from concurrent.futures import wait
from contextlib import contextmanager

import pytest
from attacks import ENDINGS, EXHAUSTIONS, FORGERIES, NOTES, PATCHES, body, reach
from workbench import CHECKS, HONEST, LIMITS

from bordercount.grading import functions
from bordercount.sandbox import Runner, Wanted, runner

pytestmark = pytest.mark.slow
LEAVES_LATE = body("import os, time\nos._exit = lambda code: time.sleep(99)\nreturn x + 1")
CHANCE = body("import random, numpy\nreturn [random.random(), float(numpy.random.random())]")
HARMFUL = ("endless loop", "os._exit", "segmentation fault", "memory", "processes")
EVERY = ENDINGS | EXHAUSTIONS | PATCHES | FORGERIES


@contextmanager
def started(spare=True):
    """Yield a runner whose spare room, if it is to have one, is there from the second job on."""
    found = Runner(Wanted(limits=LIMITS), spare=spare)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "LARGE", 1)
        verdict(found, HONEST)
    if found.coming:
        wait([found.coming])
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def pair():
    """Two rooms for all tests of this module that do not look into them."""
    with started() as found:
        yield found


def verdict(found, source):
    """Return the verdict on one submission of one answer."""
    (reply,) = found.run([CHECKS.answer(source)])
    return functions.judge(CHECKS, reply, LIMITS)


def test_two_rooms_take_turns():
    used = []
    with started() as found:
        for _ in range(4):
            assert verdict(found, HONEST).state == "right"
            used.append(found.rooms[0])
    assert used[0] is used[2]
    assert used[1] is used[3]
    assert used[0] is not used[1]


@pytest.mark.parametrize("name", HARMFUL)
def test_an_attack_in_one_room_harms_no_submission_in_either(pair, name):
    attacked = verdict(pair, EVERY[name].source)
    assert attacked.score == 0
    assert EVERY[name].said in attacked.feedback
    assert [verdict(pair, HONEST).state for _ in range(3)] == ["right"] * 3


@pytest.mark.parametrize("name", NOTES)
def test_nothing_is_left_in_either_room(pair, name):
    leave, find = NOTES[name]
    verdict(pair, body(f"{leave}\nreturn x + 1"))
    assert [verdict(pair, reach(find)).score for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("spare", [True, False])
def test_a_child_that_stays_after_its_last_line_costs_its_room(spare):
    with started(spare) as found:
        assert verdict(found, LEAVES_LATE).state == "right"
        late = found.rooms[0]
        assert [verdict(found, HONEST).state for _ in range(2)] == ["right", "right"]
        assert late not in found.rooms
        assert late.process.poll() is not None


@pytest.mark.parametrize("spare", [True, False])
def test_a_room_in_which_a_child_crashed_is_not_used_again(spare):
    with started(spare) as found:
        assert verdict(found, EVERY["segmentation fault"].source).score == 0
        spoilt = found.rooms[0]
        assert [verdict(found, HONEST).state for _ in range(2)] == ["right", "right"]
        assert spoilt not in found.rooms
        assert spoilt.process.poll() is not None


def test_chance_is_the_same_in_every_room(pair):
    (first,), (second,) = (pair.run([CHECKS.answer(CHANCE)]) for _ in range(2))
    assert first.outcomes == second.outcomes
    assert not first.outcomes[0].error


def test_a_small_class_gets_no_spare_room():
    found = Runner(Wanted(limits=LIMITS), spare=True)
    for _ in range(runner.LARGE - 1):
        verdict(found, HONEST)
    assert found.coming is None
    found.close()


def test_one_room_will_do_where_no_other_can_be_had(monkeypatch):
    monkeypatch.setattr(runner, "LARGE", 1)
    found = Runner(Wanted(limits=LIMITS), spare=True)
    found.wanted = Wanted(hidden=(json.__file__,), limits=LIMITS)  # which no room can hide
    assert verdict(found, HONEST).state == "right"
    if found.coming:  # it was not refused before the submission was run
        wait([found.coming])
    assert [verdict(found, HONEST).state for _ in range(2)] == ["right", "right"]
    assert (found.coming, len(found.rooms)) == (None, 1)
    found.close()


def test_a_runner_that_is_closed_while_a_room_is_built_leaves_none(monkeypatch):
    monkeypatch.setattr(runner, "LARGE", 1)
    found = Runner(Wanted(limits=LIMITS), spare=True)
    verdict(found, HONEST)
    found.close()
    assert len(found.rooms) == 2
    assert [each.process.poll() is not None for each in found.rooms] == [True, True]
