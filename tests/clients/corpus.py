# SPDX-License-Identifier: BSD-3-Clause
"""The cases: *.case.  A case's name is FILE/NAME.

    = NAME [SUITE]      a case begins; with a suite it is run there only, with `full` only by --full
    = *                 what comes first in every case of the file below
    ! LINE              a set-up line, run by bash as root; must succeed
    $ LINE              a line, run by bash as root; what it does is compared
    NAME$ LINE          the same as that user of the world
    <tab> LINE          goes on with the line before
    ~ REGEX             must be found in what the line before said, and in what ours said
    & PASSWORD...       passwords whose hashes in the account files are known again
    - FIELD: WHY        this field differs on purpose: `2 out`, `/etc/passwd content` (a pattern)
    -rows FIELD: WHY    only the order of its lines does
    #                   a comment
"""
import fnmatch
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
COMMAND = re.compile(r'([a-z]*\$|!) (.*)', re.S)


class Case:
    def __init__(self, name, marks, first):
        self.name, self.full = name, 'full' in marks
        self.suite = next((mark for mark in marks if mark != 'full'), None)
        # [(user, line, must it succeed, [regex])]
        self.lines = list(first.lines) if first else []
        # [(field, is it only the order of lines)]
        self.excuses = list(first.excuses) if first else []
        self.passwords = list(first.passwords) if first else []
        self.used = set()               # those of the excuses that there was need of

    def commands(self):
        return [(user, line) for user, line, _, _ in self.lines]

    def excused(self, field, packaged, ours):
        same_rows = packaged and ours and (sorted(packaged.splitlines())
                                           == sorted(ours.splitlines()))
        needed = {(pattern, rows) for pattern, rows in self.excuses
                  if fnmatch.fnmatchcase(field, pattern) and (same_rows or not rows)}
        self.used |= needed
        return bool(needed)

    def idle(self):
        """The excuses of which there was no need."""
        return [pattern for pattern, rows in self.excuses if (pattern, rows) not in self.used]


def read_file(path):
    """The cases of one file, in their order."""
    stem = os.path.basename(path).removesuffix('.case')
    cases, first, case = [], None, None
    with open(path, encoding='utf-8') as file:
        text = file.read()
    blocks = re.findall(r'^[^\t\n#].*(?:\n\t.*)*', text, re.M)
    for block in blocks:
        mark, _, rest = block.partition(' ')
        if mark == '=':
            name, *marks = rest.split()
            case = Case(f'{stem}/{name}', marks, first)
            if name == '*':
                first = case
            else:
                cases.append(case)
        elif case and mark == '~':
            case.lines[-1][3].append(rest)
        elif case and mark == '&':
            case.passwords += rest.split()
        elif case and mark in ('-', '-rows'):
            case.excuses.append((rest.partition(': ')[0], mark == '-rows'))
        elif case and COMMAND.fullmatch(block):
            user = 'root' if mark in '!$' else mark[:-1]
            case.lines.append((user, rest.replace('\n\t', '\n'), mark == '!', []))
        else:
            sys.exit(f'{path}: cannot read: {block}')
    return cases


def read(kinds):
    """The cases of these files."""
    paths = sorted(glob.glob(f'{HERE}/*.case'))
    cases = [case for path in paths for case in read_file(path)
             if os.path.basename(path).removesuffix('.case') in kinds]
    names = [(case.name, case.suite) for case in cases]
    for name in names:
        if names.count(name) > 1:
            sys.exit(f'two cases are called {name[0]}')
    return cases
