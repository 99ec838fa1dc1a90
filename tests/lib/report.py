# SPDX-License-Identifier: BSD-3-Clause
"""How every layer tells its results: a line a case, totals in the last line."""
import sys


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def ok(self, name):
        self.passed += 1
        print(f'ok {name}', flush=True)

    def not_ok(self, name, why):
        self.failed += 1
        print(f'not ok {name} - {why}', flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f'skip {name} - {why}', flush=True)

    def end(self):
        """The totals line; the exit status is 1 when something failed."""
        skipped = f', {self.skipped} skipped' if self.skipped else ''
        print(f'{self.passed} passed, {self.failed} failed{skipped}', flush=True)
        sys.exit(1 if self.failed else 0)
