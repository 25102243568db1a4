#!/usr/bin/env bash
# Software   gradescope-utils 0.5.0, under Python 3.11.
# Guess      A unittest method with a failing subTest is reported as failed, with 0 of its points.
# Behaviour  It is not reported at all: no name, no message, and its points leave the maximum too. Failing makes the test
#            vanish. (unittest reports a failing subTest by a method of its own, which the JSON runner does not have.)
# Seen       plain failure: [('test_plain', 0.0, 4), ('test_right', 2, 2)]    in a subTest: [('test_right', 2, 2)]
set -euo pipefail

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"${PYTHON:-python3.11}" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check gradescope-utils==0.5.0
cd "$room"

"$room/venv/bin/python" - <<'PY'
import io
import json
import sys
import unittest

from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner


class Right(unittest.TestCase):
    @weight(2)
    def test_right(self):
        pass


class Plain(Right):
    @weight(4)
    def test_plain(self):
        for ways in (2, 5, 20):
            self.assertLess(ways, 5)


class Sub(Right):
    @weight(4)
    def test_sub(self):
        for ways in (2, 5, 20):
            with self.subTest(ways=ways):
                self.assertLess(ways, 5)


def graded(case):
    page = io.StringIO()
    JSONTestRunner(stream=page).run(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    tests = json.loads(page.getvalue())["tests"]
    return [(test["name"].split()[0], test["score"], test["max_score"]) for test in tests]


plain, sub = graded(Plain), graded(Sub)
print("plain failure:", plain)
print("in a subTest: ", sub)
expected = [("test_plain", 0.0, 4), ("test_right", 2, 2)], [("test_right", 2, 2)]
sys.exit(0 if (plain, sub) == expected else "the behaviour has changed")
PY
