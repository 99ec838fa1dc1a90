# SPDX-License-Identifier: BSD-3-Clause
"""Which ids may be mapped: by the rows of subuid and subgid, and by being oneself."""
import os
import re

from place import GIDMAP, Target, UIDMAP, UNTOUCHED, demand

ALL = ('packaged', 'setuid', 'fcaps')
OURS = ('setuid', 'fcaps')

SEVERAL = '''alice:100000:10
bob:200000:10
alice:300000:10
1000:400000:10
alice:100010:10
1001:500000:10
'''


def one_line(where, done, says):
    """What our tools say: one line that names the tool, and the usage after a usage error; says:
    a pattern of it."""
    if where.kind == 'packaged':
        return
    demand(re.fullmatch(r'new[ug]idmap: [^\n]+\n(usage: [^\n]+\n)?', done.err),
           'it said', repr(done.err[-400:]))
    demand(says is None or re.search(says, done.err), 'it said', repr(done.err[-400:]),
           'not', says)


def refuse(where, target, tool, *words, says=None, who=None, status=1, **more):
    """The map is not written, and ours says why."""
    before = target.maps()
    done = where.call(tool, target.pid if who is None else who, *words, **more)
    demand(target.maps() == before, 'the maps are', target.maps(), done)
    demand(done.status == status, done)
    demand(done.out == '', done)
    one_line(where, done, says)
    return done


def grant(where, target, tool, *words, seen=None, who=None, **more):
    """The map is written as it was asked for."""
    done = where.call(tool, target.pid if who is None else who, *words, **more)
    demand(done.status == 0 and done.err == '' and done.out == '', done)
    wanted = ' '.join(str(word) for word in words) if seen is None else seen
    demand(target.map(tool) == wanted, 'the map is', repr(target.map(tool)))
    other = target.map(GIDMAP if tool == UIDMAP else UIDMAP)
    demand(other == '', 'the other map is', repr(other))


# name: rows of the files, user, words, good.  None: the files as they are.
MAPS = {
    'full': (None, 'alice', '0 100000 65536', True),
    'part': (None, 'alice', '0 100001 65534', True),
    'first-id': (None, 'alice', '0 100000 1', True),
    'last-id': (None, 'alice', '7 165535 1', True),
    'own': (None, 'alice', '0 1000 1', True),
    'own-inside': (None, 'alice', '1000 1000 1', True),
    'own-no-row': (None, 'carol', '0 1002 1', True),
    'own-empty-file': ('', 'alice', '0 1000 1', True),
    'own-and-range': (None, 'alice', '0 1000 1 1 100000 65536', True),
    'range-and-own': (None, 'alice', '1 100000 65536 0 1000 1', True),
    'five-rows': (None, 'alice', '0 100000 1 1 100001 1 2 100002 1 3 100003 1 4 100004 1', True),
    'unsorted': (None, 'alice', '100 100100 10 0 100000 10 50 100050 10', True),
    'top-of-inside': (None, 'alice', '4294967290 100000 5', True),
    'adjoining': (SEVERAL, 'alice', '0 100000 20', True),
    'adjoining-middle': (SEVERAL, 'alice', '0 100005 10', True),
    'several': (SEVERAL, 'alice', '0 100000 10 10 300000 10 20 400000 10 30 1000 1', True),
    'by-uid': (SEVERAL, 'bob', '0 500000 10', True),
    'by-name-and-uid': ('alice:100000:10\n1000:100010:10\n', 'alice', '0 100000 20', True),
    'rows-overlap': ('alice:100000:10\nalice:100005:10\n', 'alice', '0 100000 15', True),
    'rows-backwards': ('alice:100010:10\nalice:100000:10\n', 'alice', '0 100000 20', True),
    'row-twice': ('alice:100000:10\nalice:100000:10\n', 'alice', '0 100000 10', True),
    'rows-many': (''.join(f'alice:{100000 + n}:1\n' for n in range(300)), 'alice',
                  '0 100000 300', True),
    'no-last-newline': ('bob:1:2\nalice:700000:10', 'alice', '0 700000 10', True),
    'last-uid': ('alice:4294967290:5\n', 'alice', '0 4294967290 5', True),
    'no-row': (None, 'carol', '0 100000 1', False),
    'own-two': (None, 'alice', '0 1000 2', False),
    'below': (None, 'alice', '0 99999 2', False),
    'above': (None, 'alice', '0 165535 2', False),
    'longer': (None, 'alice', '0 100000 65537', False),
    'around': (None, 'alice', '0 99999 65538', False),
    'of-bob': (None, 'alice', '0 165536 1', False),
    'bob-himself': (None, 'alice', '0 1001 1', False),
    'root-himself': (None, 'alice', '0 0 1', False),
    'second-foreign': (None, 'alice', '0 100000 10 10 165536 10', False),
    'first-foreign': (None, 'alice', '0 165536 10 10 100000 10', False),
    'adjoining-one-more': (SEVERAL, 'alice', '0 100000 21', False),
    'gap': ('alice:100000:10\nalice:100011:10\n', 'alice', '0 100000 20', False),
    'adjoining-of-bob': ('alice:100000:10\nbob:100010:10\n', 'alice', '0 100000 20', False),
    'by-uid-foreign': (SEVERAL, 'alice', '0 500000 10', False),
    'name-beginning': ('alic:100000:10\nalice2:200000:10\n', 'alice', '0 100000 10', False),
    'empty-file': ('', 'alice', '0 100000 1', False),
    'group-name': ('club:100000:10\n%club:200000:10\n', 'alice', '0 100000 1', False),
    'row-of-nothing': ('alice:100000:0\n', 'alice', '0 100000 1', False),
    'row-without-count': ('alice:100000\nalice:100000:\n', 'alice', '0 100000 1', False),
    'row-negative': ('alice:-5:10\nalice:100000:-1\n', 'alice', '0 100000 1', False),
    'comment': ('#alice:100000:10\n# alice:100000:10\n', 'alice', '0 100000 1', False),
    'above-uids': ('alice:4294967290:10\n', 'alice', '0 4294967290 6', False),
}


def maps(tool, name):
    rows, user, words, good = MAPS[name]

    def case(where):
        if rows is not None:
            where.rows(rows)
        target = Target(where, user)
        if good:
            grant(where, target, tool, *words.split(), user=user)
        else:
            refuse(where, target, tool, *words.split(), user=user, says=r'\d')
    return case


# name: words, what ours says.  All ids are granted; the kernel refuses them.
KERNEL = {
    'overlap-inside': ('0 100000 10 9 100010 10', 'overlap'),
    'overlap-outside': ('0 100000 10 10 100009 10', 'overlap'),
    'same-twice': ('0 100000 10 0 100000 10', 'overlap'),
    'own-twice': ('0 1000 1 1 1000 1', 'overlap'),
    'own-and-row-twice': ('0 100000 10 1 1000 1 1 100020 1', 'overlap'),
}


def kernel(tool, name):
    words, says = KERNEL[name]

    def case(where):
        before = UNTOUCHED
        target = Target(where)
        done = where.call(tool, target.pid, *words.split())
        demand(done.status == 1, done)
        # Debian's newgidmap writes setgroups before it fails.
        demand(target.maps()[:2] == before[:2], target.maps())
        if where.kind != 'packaged':
            demand(target.setgroups() == 'allow', 'setgroups was denied, the map was not written')
        one_line(where, done, says)
    return case


def many(count):
    """Rows that fit in less than a page, as the kernel wants it."""
    return [word for n in range(count) for word in (n, 10000 + 2 * n, 1)]


def rows_340(tool):
    def case(where):
        where.rows('alice:10000:1000\n')
        grant(where, Target(where), tool, *many(340))
    return case


def rows_341(tool):
    def case(where):
        where.rows('alice:10000:1000\n')
        refuse(where, Target(where), tool, *many(341), says='340')
    return case


def more_than_a_page(tool):
    """Not too many rows, but more than 4095 bytes."""
    def case(where):
        where.rows('alice:1000000000:1000\n')
        words = [word for n in range(340) for word in (n + 1000000000, 1000000000 + 2 * n, 1)]
        refuse(where, Target(where), tool, *words, says='4096|page|long')
    return case


def no_file(tool):
    """Without the file nobody has a range; ours still lets one map oneself."""
    def case(where):
        for name in ('subuid', 'subgid'):
            os.unlink(f'{where.dir}/etc/{name}')
        refuse_any(where, tool)
        if where.kind != 'packaged':
            grant(where, Target(where), tool, 0, 1000, 1)
    return case


def refuse_any(where, tool):
    target = Target(where)
    done = where.call(tool, target.pid, 0, 100000, 1)
    demand(done.status == 1 and target.maps() == UNTOUCHED, done)
    one_line(where, done, None)


def other_table(tool):
    """newuidmap goes by subuid alone, newgidmap by subgid alone."""
    def case(where):
        where.write('/etc/subuid' if tool == GIDMAP else '/etc/subgid', 'alice:700000:10\n')
        target = Target(where)
        refuse(where, target, tool, 0, 700000, 10, says='700000')
        grant(where, target, tool, 0, 100000, 10)
    return case


def by_root(tool):
    """Root needs a row as everybody does."""
    def case(where):
        target = Target(where, 'root')
        refuse(where, target, tool, 0, 100000, 10, user='root', says='100000')
        refuse(where, target, tool, 0, 1000, 1, user='root', says='1000')
        where.rows('root:700000:10\n')
        grant(where, target, tool, 0, 0, 1, 1, 700000, 10, user='root')
    return case


def both(first, second):
    """The two of them one after the other, as podman does it."""
    words = '0 1000 1 1 100000 65536'

    def case(where):
        target = Target(where)
        for tool in (first, second):
            done = where.call(tool, target.pid, *words.split())
            demand(done.status == 0 and done.err == '', done)
        demand(target.maps() == (words, words, 'allow'), target.maps())
    return case


def unknown_user(tool):
    """A caller that passwd does not know gets nothing, not even himself."""
    def case(where):
        where.write('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n')
        target = Target(where)
        refuse(where, target, tool, 0, 100000, 1, says='1000|user')
        done = where.call(tool, target.pid, 0, 1000, 1)
        demand(done.status == 1, done)
    return case


def two_names(tool):
    """Of two names for one uid the rows of the first count, and those of the uid.  Debian's look
    for the uid of each row's owner."""
    def case(where):
        where.write('/etc/passwd', 'alice:x:1000:1000::/:/bin/sh\nalias:x:1000:1000::/:/bin/sh\n')
        where.rows('alias:700000:10\nalice:800000:10\n1000:900000:10\n')
        target = Target(where)
        if where.kind != 'packaged':
            refuse(where, target, tool, 0, 700000, 10, says='700000')
        grant(where, target, tool, 0, 800000, 10, 10, 900000, 10)
    return case


def row_forms(tool):
    """Numbers of the files in the forms that the packaged tools read."""
    def case(where):
        where.rows('alice:0x30d40:10\nalice:0700000:10\n\n# text\nbob\n')
        grant(where, Target(where), tool, 0, 200000, 10, 10, 229376, 10)
    return case


def which_range(tool):
    """Of several ranges the one that is not granted is named, and what is; nothing is written."""
    def case(where):
        target = Target(where)
        done = refuse(where, target, tool, 0, 100000, 10, 10, 222222, 33, 50, 100050, 1,
                      says='222222')
        demand('100050' not in done.err, done)
        demand(where.kind == 'packaged' or
               done.err.endswith(' alice, whose nearest range is 100000-165535\n'), done)
        where.rows('bob:165536:65536\n')
        done = refuse(where, target, tool, 0, 100000, 10)
        demand(where.kind == 'packaged' or
               done.err.endswith(' alice, who has no range there\n'), done)
    return case


def check_tells(tool):
    """--check says the same as the real run and writes nothing."""
    def same(checked, real):
        """The same reason: what only the kernel says it cannot say."""
        reasons = [done.err.split(': ')[-1] for done in (checked, real)]
        demand(checked.status == real.status == 1 and reasons[0] == reasons[1], checked, real)

    def case(where):
        target = Target(where)
        good, bad = ('0', '100000', '10'), ('0', '165536', '10')
        done = where.call(tool, '--check', target.pid, *good)
        demand(done.status == 0 and done.err == '', done)
        demand(target.maps() == UNTOUCHED, target.maps())
        checked = where.call(tool, '--check', target.pid, *bad)
        real = where.call(tool, target.pid, *bad)
        same(checked, real)
        demand(target.maps() == UNTOUCHED, target.maps())
        grant(where, target, tool, *good)
        checked = where.call(tool, '--check', target.pid, *good)
        real = where.call(tool, target.pid, *good)
        same(checked, real)
        one_line(where, checked, 'already')
    return case


def each(function, kinds=ALL):
    name = function.__name__.replace('_', '-')
    return [(f'{name}-{tool}', function(tool), kinds) for tool in (UIDMAP, GIDMAP)]


CASES = [(f'{name}-{tool}', maps(tool, name), ALL) for name in MAPS for tool in (UIDMAP, GIDMAP)]
CASES += [(f'{name}-{tool}', kernel(tool, name), ALL) for name in KERNEL
          for tool in (UIDMAP, GIDMAP)]
CASES += [case for function in (rows_340, rows_341, more_than_a_page, no_file, other_table,
                                by_root, unknown_user, two_names, row_forms, which_range)
          for case in each(function)]
CASES += each(check_tells, OURS)
CASES += [('both-uid-first', both(UIDMAP, GIDMAP), ALL), ('both-gid-first', both(GIDMAP, UIDMAP),
                                                         ALL)]
