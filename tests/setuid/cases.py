# SPDX-License-Identifier: BSD-3-Clause
"""All cases: each function of the modules' CASES, for each kind of tools that it is about."""
import basic
import bulk
import editor
import hidden
import hostile
import known
import many
import newgrp
import people
import place
import rights
import stops
import trees
import wiped

MODULES = (basic, rights, hostile, trees, hidden, many, known, newgrp, stops, wiped,
           bulk, editor)


class Case:
    def __init__(self, module, kind, name, function):
        self.kind, self.function = kind, function
        self.name = f'{kind}/{module}/{name}'


def every(packaged=False):
    """A module's CASES are (name, function, kinds).  packaged: each of them on Debian's tools."""
    found = {}
    for module in MODULES:
        for name, function, kinds in module.CASES:
            for kind in ('packaged',) if packaged else kinds:
                case = Case(module.__name__, kind, name, function)
                found[case.name] = case
    return list(found.values())


def nothing_said(where):
    """No password is in the log, or in clear in /etc."""
    words = [*people.PASSWORD.values(), *people.GROUP_PASSWORD.values(), people.NEW]
    log = '\n'.join(where.said())
    for word in words:
        place.demand(word not in log, 'a password is in the log:', log[-300:])
    for path, (_, _, _, content) in where.snapshot().items():
        for word in words:
            place.demand(word.encode() not in content, f'{path} holds a password in clear')
