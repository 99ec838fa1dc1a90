# SPDX-License-Identifier: BSD-3-Clause
"""Checks of C source."""
import os
import re

import files

# What each layer may include from.
BELOW = {'libmisc': ('libmisc',), 'lib': ('lib', 'libmisc'),
         'libsubid': ('libsubid', 'lib', 'libmisc'), 'src': ('src', 'lib', 'libmisc')}
# More than banned.h can poison: these words have good uses too, or are macros.
BANNED = re.compile(r'\b(alloca|ctime|chroot|getenv|setlocale|vfork|strcpy|strcat|sprintf'
                    r'|system|popen|tmpnam|mktemp|gets|strtok) *\(')
# To tell that the variable is set but not heard; to translate.
MAY_CALL = [('libmisc/env.c', 'getenv'), ('libmisc/selinux_mode.c', 'getenv'),
            ('libmisc/text.c', 'setlocale')]
# One place may end the process for want of memory; children end in exec's own file.
EXITS = re.compile(r'\b(?:_exit|_Exit|exit|quick_exit|abort|err|errx) *\(')
MAY_EXIT = ('libmisc/arena.c', 'libmisc/proc.c', 'libmisc/session.c', 'libmisc/seuser.c')
PRINTS = re.compile(r'\b(?:printf|puts|putchar|perror|warnx?|vprintf) *\(|\bstd(?:out|err)\b')
# PAM's texts are for the person.
MAY_PRINT = ('libmisc/note.c', 'libmisc/auth.c', 'lib/run.c', 'libsubid/state.c')


def without_comments(content):
    """The same lines, with comments and string contents blanked."""
    def blank(match):
        text = match[0]
        if text[0] == '"':
            return '"' + ' ' * (len(text) - 2) + '"'
        return re.sub(r'[^\n]', ' ', text)
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, content, flags=re.S)


def code_lines(dirs=files.CODE, suffixes=('.c', '.h')):
    for path in files.c_code(suffixes, dirs):
        for number, line in enumerate(without_comments(files.read(path)).split('\n'), 1):
            yield path, number, line


def layers():
    """src -> lib -> libmisc, by #include."""
    home = {os.path.basename(path): path.split('/')[0] for path in files.c_code(('.h',))}
    for path in files.c_code():
        layer = path.split('/')[0]
        for name in re.findall(r'^#\s*include "([^"]+)"', files.read(path), re.M):
            if name != 'config.h' and home.get(name) not in BELOW[layer]:
                yield f'{path} includes {name}'


def optional_libraries():
    """No WITH_... in lib or src: an optional library lives in one file of libmisc."""
    for path, number, line in code_lines(('lib', 'src')):
        if 'WITH_' in line:
            yield f'{path}:{number}: {line.strip()}'


def tools_open_nothing():
    """src has no paths below /etc."""
    for path in files.c_code(('.c', '.h'), ('src',)):
        for number, line in enumerate(files.read(path).split('\n'), 1):
            if re.search(r'"/etc[^ "]*"', line) or re.search(r'\b(?:open|openat|fopen) *\(', line):
                yield f'{path}:{number}: {line.strip()}'


def banned_calls():
    """What banned.h cannot poison."""
    for path, number, line in code_lines():
        if BANNED.search(line) and (path, BANNED.search(line)[1]) not in MAY_CALL:
            yield f'{path}:{number}: {line.strip()}'


def one_way_out():
    """Nothing below main exits."""
    for path, number, line in code_lines(('libmisc', 'lib', 'libsubid')):
        if EXITS.search(line) and path not in MAY_EXIT:
            yield f'{path}:{number}: {line.strip()}'


def one_voice():
    """Notes and the end of a run print, nothing else below the tools does."""
    for path, number, line in code_lines(('libmisc', 'lib', 'libsubid'), ('.c',)):
        if PRINTS.search(line) and path not in MAY_PRINT:
            yield f'{path}:{number}: {line.strip()}'


def idioms():
    """No typedef, no // comment, no goto but to out."""
    for path, number, line in code_lines():
        if re.search(r'^\s*typedef\b|//|\bgoto (?!out;)', line):
            yield f'{path}:{number}: {line.strip()}'


def contracts():
    """A header begins with the comment that says what the module is."""
    for path in files.c_code(('.h',), ('libmisc', 'lib', 'libsubid')):
        name = os.path.basename(path)[:-2]
        begin = r'/\* SPDX.*\*/\n/\*\n \* %s - ' % re.escape(name)
        if not name.endswith('_private') and not re.match(begin, files.read(path)):
            yield f'{path}: does not begin with "{name} - ..."'


def listed():
    """Each file is in its directory's local.mk."""
    for path in files.c_code():
        where = os.path.dirname(path)
        listed_there = files.read(f'{where}/local.mk').split()
        if path not in listed_there and (where != 'src' or path[:-2] not in listed_there):
            yield path
    for path in files.c_code(('.c',), ('tests',)):
        if path.startswith('tests/unit/test_'):
            if path[:-2] not in files.read('tests/unit/local.mk').split():
                yield path


def findings():
    """Each check of pwck and grpck is provoked by a case of tests/cli, which shows it as JSON."""
    shown = ''
    for tool in ('pwck', 'grpck'):
        for where, _, names in os.walk(f'{files.TOP}/tests/cli/{tool}'):
            if where.endswith('/expect') and 'out' in names:
                shown += files.read(os.path.relpath(f'{where}/out', files.TOP))
    for name in re.findall(r'^\t\[VERIFY_\w+\] = \{ \.name = "([^"]*)"',
                           files.read('lib/verify.c'), re.M):
        if f'"check":"{name}"' not in shown:
            yield f'{name}: no case in tests/cli'


CHECKS = [layers, optional_libraries, tools_open_nothing, banned_calls, one_way_out, one_voice,
          idioms, contracts, listed, findings]
