# SPDX-License-Identifier: BSD-3-Clause
"""All cases: each function of the modules' CASES, for each kind of tools that it is about."""
import basic
import hidden
import hostile
import known
import many
import people
import place
import rights
import stops
import trees
import wiped

MODULES = (basic, rights, hostile, trees, hidden, many, known, stops, wiped)


class Case:
    def __init__(self, module, kind, name, function):
        self.kind, self.function = kind, function
        self.name = f'{kind}/{module}/{name}'


def every():
    """A module's CASES are (name, function, kinds)."""
    found = [Case(module.__name__, kind, name, function)
             for module in MODULES for name, function, kinds in module.CASES for kind in kinds]
    names = [case.name for case in found]
    assert len(set(names)) == len(names), 'two cases have one name'
    return found


def nothing_said(where):
    """No password is in the log, or in clear in /etc."""
    words = [*people.PASSWORD.values(), *people.GROUP_PASSWORD.values(), people.NEW]
    log = '\n'.join(where.said())
    for word in words:
        place.demand(word not in log, 'a password is in the log:', log[-300:])
    for path, (_, _, _, content) in where.snapshot().items():
        for word in words:
            place.demand(word.encode() not in content, f'{path} holds a password in clear')
