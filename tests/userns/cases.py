# SPDX-License-Identifier: BSD-3-Clause
"""All cases: each function of the modules' CASES, for each kind of tools that it is about."""
import bits
import fds
import granted
import groups
import hostile
import plugins
import races
import whose
import words

MODULES = (granted, whose, groups, words, fds, bits, hostile, plugins, races)


class Case:
    def __init__(self, module, kind, name, function):
        self.kind, self.function = kind, function
        self.name = f'{kind}/{module}/{name}'


def every():
    """A module's CASES are (name, function, kinds)."""
    return [Case(module.__name__, kind, name, function)
            for module in MODULES for name, function, kinds in module.CASES for kind in kinds]
