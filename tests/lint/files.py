# SPDX-License-Identifier: BSD-3-Clause
"""The files of the source tree, by kind."""
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BUILD', f'{TOP}/build/debian12')
DIRS = ('libmisc', 'lib', 'libsubid', 'src', 'man', 'm4', 'tests', 'debian', 'rpm',
        'contrib')
MADE = ('configure', 'aclocal.m4', 'Makefile', 'Makefile.in', 'libtool', 'stamp-h1')
CODE = ('libmisc', 'lib', 'libsubid', 'src')


def read(path):
    with open(f'{TOP}/{path}', encoding='utf-8', errors='surrogateescape') as file:
        return file.read()


def every():
    """Every file but test cases' own trees, which are data."""
    for name in sorted(os.listdir(TOP)):
        path = f'{TOP}/{name}'
        made = name in MADE or name.startswith('config.') or name.endswith('~')
        if os.path.isfile(path) and not os.path.islink(path) and not made:
            yield name
    for top in DIRS:
        for where, dirs, names in os.walk(f'{TOP}/{top}'):
            here = os.path.relpath(where, TOP)
            if here == 'tests/cli':
                dirs.clear()
            dirs[:] = sorted(d for d in dirs if d not in ('__pycache__', 'initial', 'corpus'))
            yield from (f'{here}/{name}' for name in sorted(names))


def c_code(suffixes=('.c', '.h'), dirs=CODE):
    return [path for path in every()
            if path.endswith(suffixes) and path.split('/')[0] in dirs]


def first_line(path):
    return read(path).split('\n', 1)[0]


def scripts(*interpreters):
    """Files that begin with #! and one of the interpreters."""
    for path in every():
        line = first_line(path)
        if line.startswith('#!') and os.path.basename(line.split()[0][2:]) in interpreters:
            yield path


def python():
    return sorted({p for p in every() if p.endswith('.py')} | set(scripts('python3')))


def tools():
    """The names of the tools that the build makes, by src/local.mk; of links those with a manual
    page of their own."""
    found, pages = [], {path for path in every() if path.startswith('man/')}
    for line in read('src/local.mk').splitlines():
        if re.match('s?bin_PROGRAMS \\+=', line):
            found += [word.split('/')[1] for word in line.split()[2:]]
        if re.match('S?BIN_LINKS \\+=', line):
            links = [word.split(':')[1] for word in line.split()[2:]]
            found += [link for link in links
                      if {f'man/{link}.1', f'man/{link}.8'} & pages]
    return found
