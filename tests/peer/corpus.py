# SPDX-License-Identifier: BSD-3-Clause
"""The cases: corpus/*.case.

    = NAME [PROFILE]    a case begins; with a profile it is run for that one only
    : NAME              a group of set-up lines begins, for use by cases of the same file
    + NAME              the lines of that group
    ! LINE              a set-up line, run by sh in the root; not compared, must succeed
    @ PATH NAME HEX     set-up: the extended attribute NAME of PATH gets these bytes
    $ LINE              a command line, run by sh in the root as root
    . LINE              the same, and it must say nothing and end with 0, on both sides
    % LINE              the same as an ordinary user (bob)
    %NAME LINE          the same as NAME
    ~NAME LINE          the same, in a mount namespace whose root is the root: who sits in a
                        chroot may make no user namespace
    ? TEXT -> ANSWER    the line before runs on a terminal: when TEXT is shown, ANSWER is typed
                        (without TEXT at once: a prompt that comes later may throw it away)
    ? TEXT              TEXT must be shown; nothing is typed
    ?                   the line before runs on a terminal
    & PASSWORD...       passwords whose hashes in the account files are known again, as those of
                        what is typed are
    #                   a comment
"""
import glob
import os
import sys


class Case:
    def __init__(self, name, profile):
        self.name, self.profile, self.lines = name, profile, []

    def commands(self):
        """[(mark, line, steps)]; steps are None without a terminal, else [(text, answer)]."""
        found = []
        for mark, line in self.lines:
            if mark == '&':
                continue
            if mark != '?':
                found.append((mark, line, None))
                continue
            mark, whole, steps = found[-1]
            text, arrow, answer = f' {line}'.partition(' ->')
            text, answer = text[1:], answer.removeprefix(' ') if arrow else None
            found[-1] = (mark, whole, (steps or []) + ([(text, answer)] if line else []))
        return found

    def passwords(self):
        words = [word for mark, line in self.lines if mark == '&' for word in line.split()]
        answers = [answer for _, _, steps in self.commands() for _, answer in steps or ()]
        words += [part for answer in answers if answer is not None
                  for part in (answer, answer.split(':')[-1])]
        words += [''] if '^D' in words else []
        return list(dict.fromkeys(words))


def read_file(path):
    cases, groups, lines = [], {}, None
    for number, text in enumerate(open(path, encoding='utf-8'), 1):
        text = text.rstrip('\n')
        if not text.strip() or text.startswith('#'):
            continue
        mark, _, rest = text.partition(' ')
        if mark == '=':
            name, *profile = rest.split()
            cases.append(Case(name, profile[0] if profile else None))
            lines = cases[-1].lines
        elif mark == ':':
            lines = groups[rest] = []
        elif mark == '+' and lines is not None and rest in groups:
            lines.extend(groups[rest])
        elif mark == '?' and lines and lines[-1][0][0] in '$%~?':
            lines.append((mark, rest))
        elif rest and lines is not None and (mark in ('!', '@', '$', '.', '&') or
                                             mark[:1] in ('%', '~')):
            lines.append((mark, rest))
        else:
            sys.exit(f'{path}:{number}: cannot read this line: {text}')
    return cases


def read(profile):
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus', '*.case')
    cases = [case for path in sorted(glob.glob(here)) for case in read_file(path)]
    names = [(case.name, case.profile) for case in cases]
    for name, only in names:
        if names.count((name, only)) > 1 or (only and (name, None) in names):
            sys.exit(f'two cases are called {name}')
    return [case for case in cases if case.profile in (None, profile)]
