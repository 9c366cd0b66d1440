"""A plug-in for pytest: writes what became of each test, a line of JSON for each, to the file that
POMMEL_OUTCOMES names. Tests that the suite runs in tests of its own do not come here.
"""

import json
import os

PATH = os.environ.pop("POMMEL_OUTCOMES", None)


def pytest_configure(config):
    # With xdist, everybody reports to the one process that is no worker.
    if PATH and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(open(PATH, "w", encoding="utf-8")))


class Writer:
    def __init__(self, file):
        self.file = file
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        # A test has three phases, and the worst outcome counts.
        if report.when == "call" or report.outcome != "passed":
            if self.outcomes.get(report.nodeid) != "failed":
                self.outcomes[report.nodeid] = report.outcome

    def pytest_collectreport(self, report):
        if report.failed:
            self.outcomes[report.nodeid] = "failed"

    def pytest_sessionfinish(self):
        for test, outcome in self.outcomes.items():
            print(json.dumps({"test": test, "outcome": outcome}), file=self.file)
        self.file.close()
