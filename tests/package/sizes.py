# SPDX-License-Identifier: BSD-3-Clause
"""How much passwd and uidmap take, next to the distribution's: themselves, the shared libraries
that come with them, and what comes that a system without them would not have.

    run --sizes [SUITE]     prints the table (bookworm)
    run --readme            writes it between the marks of README.md
"""
import glob
import re

import place
from place import demand

NAMES = ('passwd', 'uidmap')
MARKS = ('<!-- sizes from here -->\n', '<!-- to here -->\n')
HEAD = '''
| {suite}, kB | installed: ours | Debian's | with shared libraries: ours | Debian's |
| --- | ---: | ---: | ---: | ---: |
'''
NOTE = '''
`Installed-Size` of the packages, then together with all shared libraries that they and those depend
on (how many), beyond libc6. Below each: what a system has because of this package alone, as nothing
essential needs it.
'''


def fields(text):
    return dict(re.findall(r'^([A-Za-z-]+): (.*)$', text, re.M))


class Packages:
    """What is installed in a base system: names, sizes, dependencies."""

    def __init__(self, base):
        self.known, self.provided = {}, {}
        with open(f'{base}/var/lib/dpkg/status', encoding='utf-8') as file:
            for paragraph in file.read().split('\n\n'):
                found = fields(paragraph)
                if 'Package' in found:
                    self.known[found['Package']] = found
                    for name in re.findall(r'([^ ,]+)[^,]*', found.get('Provides', '')):
                        self.provided.setdefault(name, found['Package'])
        self.essential = self.closure(name for name, found in self.known.items()
                                      if found.get('Essential') == 'yes')
        self.libc = self.closure(['libc6'])

    def needs(self, found):
        """Of each dependency the first alternative that is installed."""
        for group in (found.get('Pre-Depends', '') + ',' + found.get('Depends', '')).split(','):
            for one in re.findall(r'([^ |:]+)[^|]*', group.strip()):
                name = one if one in self.known else self.provided.get(one)
                if name:
                    yield name
                    break

    def closure(self, names):
        seen, todo = set(), list(names)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self.needs(self.known[name])
        return seen

    def size(self, names):
        return sum(int(self.known[name]['Installed-Size']) for name in names)

    def measure(self, path):
        """(own kB, names of libraries, names of what only this package brings)"""
        found = fields(place.call('dpkg-deb', '-f', path))
        brought = self.closure(self.needs(found)) - {found['Package']}
        libraries = {name for name in brought - self.libc
                     if self.known[name].get('Section') == 'libs'}
        return int(found['Installed-Size']), libraries, brought - self.essential


def both(suite):
    """{name: (ours, theirs)}, each as measure() says, with the Packages."""
    packages = Packages(suite.base)
    return packages, {name: (packages.measure(suite.files[name]),
                             packages.measure(glob.glob(f'{suite.base}/theirs/{name}_*.deb')[0]))
                      for name in NAMES}


def table(suite):
    packages, found = both(suite)

    def with_libraries(own, names):
        return f'{own + packages.size(names)} ({len(names)})'

    def alone(names):
        return f'{packages.size(names)}: {", ".join(sorted(names))}' if names else '0'

    rows = HEAD.format(suite=suite.name).lstrip()
    for name, (ours, theirs) in found.items():
        rows += (f'| {name} | {ours[0]} | {theirs[0]} | {with_libraries(*ours[:2])} |'
                 f' {with_libraries(*theirs[:2])} |\n'
                 f'| that comes with {name} alone | | | {alone(ours[2])} | {alone(theirs[2])} |\n')
    return rows + NOTE


def write(path, text):
    """Puts it between the marks of a file."""
    with open(path, encoding='utf-8') as file:
        before, rest = file.read().split(MARKS[0])
    after = rest.split(MARKS[1], 1)[1]
    with open(path, 'w', encoding='utf-8') as file:
        file.write(before + MARKS[0] + text + MARKS[1] + after)


def sizes(suite):
    """Smaller than the distribution's, itself and with what it brings; no libsemanage."""
    packages, found = both(suite)
    for name, (ours, theirs) in found.items():
        demand(ours[0] < theirs[0], f'{name}: {ours[0]} kB, theirs {theirs[0]}')
        demand(packages.size(ours[1]) <= packages.size(theirs[1]) and ours[1] <= theirs[1],
               f'{name}: libraries', ours[1] - theirs[1])
        more = [one for one in ours[2] if one.startswith('lib')]
        demand(not more, f'{name} brings', more)
        demand(not any('semanage' in library for library in ours[1]), f'{name}:', ours[1])
    # The model holds: what theirs is known to depend on is found.
    demand(any('semanage' in library for library in found['passwd'][1][1]), found)
