# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of setgroups(2) in the namespace (CVE-2018-7169): who maps a group without a row
for it must not be able to drop that group."""
import os

import sandbox
from granted import ALL, OURS, one_line
from place import CLONE_NEWUSER, Child, GIDMAP, Target, UIDMAP, demand, libc
from whose import put

# name: rows of subgid, words, setgroups before, status, setgroups after
STATES = {
    'own': (None, '0 1000 1', 'allow', 0, 'deny'),
    'own-no-row-at-all': ('', '0 1000 1', 'allow', 0, 'deny'),
    'own-and-range': (None, '0 1000 1 1 100000 10', 'allow', 0, 'allow'),
    'range-and-own': (None, '1 100000 10 0 1000 1', 'allow', 0, 'allow'),
    'range': (None, '0 100000 10', 'allow', 0, 'allow'),
    'own-by-row': ('alice:1000:1\n', '0 1000 1', 'allow', 0, 'allow'),
    'own-by-wider-row': ('alice:999:10\n', '0 1000 1', 'allow', 0, 'allow'),
    'own-by-row-and-range': ('alice:1000:1\nalice:100000:10\n', '0 1000 1 1 100000 10', 'allow',
                             0, 'allow'),
    'denied-range': (None, '0 100000 10', 'deny', 0, 'deny'),
    'denied-own': (None, '0 1000 1', 'deny', 0, 'deny'),
    'denied-own-and-range': (None, '0 1000 1 1 100000 10', 'deny', 0, 'deny'),
    'refused': (None, '0 1000 1 1 165536 1', 'allow', 1, 'allow'),
    'refused-first': (None, '1 165536 1 0 1000 1', 'allow', 1, 'allow'),
    'denied-refused': (None, '0 165536 1', 'deny', 1, 'deny'),
}


def state(name):
    rows, words, before, status, after = STATES[name]

    def case(where):
        if rows is not None:
            where.write('/etc/subgid', rows)
        target = Target(where)
        if before == 'deny':
            deny(where, target)
        done = where.call(GIDMAP, target.pid, *words.split())
        demand(done.status == status, done)
        demand(target.map(GIDMAP) == ('' if status else words), target.map(GIDMAP))
        demand(target.setgroups() == after, 'setgroups is', target.setgroups())
        if status:
            one_line(where, done, '165536')
    return case


def deny(where, target):
    child = Child(where, 'alice', lambda: put(f'/proc/{target.pid}/setgroups', b'deny'))
    demand(child.wait() == 0, 'setgroups cannot be denied')


def not_by_newuidmap(where):
    """newuidmap leaves setgroups alone."""
    target = Target(where)
    demand(where.call(UIDMAP, target.pid, 0, 1000, 1).status == 0, 'newuidmap')
    demand(target.setgroups() == 'allow', target.setgroups())


def cannot_drop(where):
    """What it is all about: whether the groups can be dropped inside."""
    for words, wanted in (('0 1000 1', 1), ('0 100000 10', 0)):
        told, tell = os.pipe()
        ready, say = os.pipe()

        def function():
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
            os.write(say, b'.')
            os.read(told, 1)
            try:
                os.setgroups([])
            except PermissionError:
                return 1
            return 0

        child = Child(where, 'alice', function)
        os.read(ready, 1)
        for tool in (UIDMAP, GIDMAP):
            done = where.call(tool, child.pid, *words.split())
            demand(done.status == 0, done)
        os.write(tell, b'.')
        demand(child.wait() == wanted, words, 'setgroups gave', child.status)


def late(where):
    """After the map is written setgroups cannot be denied any more: a second call says so and
    leaves all as it is."""
    target = Target(where)
    demand(where.call(GIDMAP, target.pid, 0, 100000, 1).status == 0, 'newgidmap')
    done = where.call(GIDMAP, target.pid, 0, 1000, 1)
    demand(done.status == 1, done)
    demand(target.maps() == ('', '0 100000 1', 'allow'), target.maps())
    one_line(where, done, 'already')


def check_leaves_it(where):
    target = Target(where)
    done = where.call(GIDMAP, '--check', target.pid, 0, 1000, 1)
    demand(done.status == 0 and done.err == '', done)
    demand(target.maps() == ('', '', 'allow'), target.maps())


CASES = [(name, state(name), ALL) for name in STATES]
CASES += [('not-by-newuidmap', not_by_newuidmap, ALL), ('cannot-drop', cannot_drop, ALL),
          ('late', late, ALL), ('check-leaves-it', check_leaves_it, OURS)]
