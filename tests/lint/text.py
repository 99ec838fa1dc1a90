# SPDX-License-Identifier: BSD-3-Clause
"""Checks of files as text."""
import ast
import os
import re

import files

LICENCE = 'SPDX-License-Identifier: BSD-3-Clause'
# Texts and data, where a licence line has no place or lines are as long as they are.
PLAIN = ('.md', 'COPYING', 'packages', 'differences', '.gitignore', '.case', '.json', '.svg',
         '.png', '.patch', 'debian/changelog', 'debian/copyright', 'debian/source/format')
COLUMNS, LINES, FUNCTION = 100, 500, 60
# Unit tests are tables of cases.
UNIT_LINES, UNIT_FUNCTION = 1000, 100


def licence_line():
    """Each source file names its licence in its first lines."""
    for path in files.every():
        if path.endswith(PLAIN):
            continue
        if LICENCE not in '\n'.join(files.read(path).split('\n', 3)[:3]):
            yield path


def white_space():
    """No blanks at the end of a line; a newline at the end of a file."""
    for path in files.every():
        if path.endswith(('.svg', '.png', '.patch', 'COPYING')):
            continue
        content = files.read(path)
        if content and not content.endswith('\n'):
            yield f'{path}: no newline at its end'
        for number, line in enumerate(content.split('\n'), 1):
            if line != line.rstrip():
                yield f'{path}:{number}: blanks at the end'


def line_length():
    """At most 100 columns."""
    for path in files.every():
        if path.endswith(PLAIN + ('.tsv',)):
            continue
        for number, line in enumerate(files.read(path).split('\n'), 1):
            if len(line.expandtabs(8)) > COLUMNS:
                yield f'{path}:{number}'


def file_length():
    """At most 500 lines, 1000 of a unit test or a manual page."""
    for path in files.every():
        if path.endswith(PLAIN):
            continue
        count = files.read(path).count('\n')
        if count > (UNIT_LINES if path.startswith(('tests/unit/', 'man/')) else LINES):
            yield f'{path}: {count} lines'


def function_length():
    """At most 60 lines, 100 of a unit test.  A C body begins with { in the first column."""
    for path in files.c_code(('.c',), files.CODE + ('tests',)):
        limit = UNIT_FUNCTION if path.startswith('tests/unit/') else FUNCTION
        start = 0
        for number, line in enumerate(files.read(path).split('\n'), 1):
            if line == '{':
                start = number
            elif line == '}' and start:
                if number - start - 1 > limit:
                    yield f'{path}:{start}: {number - start - 1} lines'
                start = 0
    for path in files.python():
        for node in ast.walk(ast.parse(files.read(path))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > FUNCTION:
                yield f'{path}:{node.lineno}: {node.end_lineno - node.lineno} lines'


def machine_paths():
    """Nothing names a directory of one developer's machine."""
    # Split, so that this file does not name one.
    pattern = re.compile(r'(?<![\w.*}"])/(?:wo' + r'rk|ro' + r'ot/\w|tm' + r'p/b)/')
    for path in files.every():
        for number, line in enumerate(files.read(path).split('\n'), 1):
            if pattern.search(line):
                yield f'{path}:{number}: {line.strip()}'


def promises():
    """Each rule of SECURITY.md names tests, and they exist."""
    for rule in files.read('SECURITY.md').split('\n**')[1:]:
        named = re.findall(r'`(tests/[^`:]+)(?::(\w+))?`', rule)
        if not named:
            yield f'no test is named: {rule[:60]}'
        for path, test in named:
            if not os.path.exists(f'{files.TOP}/{path}'):
                yield f'{path} is missing'
            elif test and not re.search(r'\b%s\(void \*\*state\)|^def %s\(' % (test, test),
                                        files.read(path), re.M):
                yield f'{path} has no {test}'


def package_versions():
    """debian/changelog and the spec name the version of configure.ac."""
    version = re.search(r'AC_INIT\(\[[^]]*\], \[([^]]*)\]', files.read('configure.ac'))[1]
    found = {'debian/changelog': re.search(r'\(1:([^)-]*)-', files.first_line('debian/changelog'))}
    for path in files.every():
        if path.endswith('.spec'):
            found[path] = re.search(r'^Version:\s*(\S+)', files.read(path), re.M)
    for path, match in found.items():
        if not match or match[1] != version:
            yield f'{path}: {match and match[1]} is not {version}'


CHECKS = [licence_line, white_space, line_length, file_length, function_length, machine_paths,
          promises, package_versions]
