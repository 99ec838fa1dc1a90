# SPDX-License-Identifier: BSD-3-Clause
"""What differs between two results, and which of that is listed in the file `differences`.

An entry of `differences` is a block of lines, blocks parted by empty lines:

    case: NAME...          the cases (shell patterns)
    field: FIELD           shell pattern, as printed in a mismatch: `2 stderr`, `1 log`,
                           `/etc/shadow content`, `/etc/x` (the file is on one side only); of a
                           dialogue `3 tty` is what was shown, `3 left` the terminal settings that
                           were not put back
    profile: NAME          only that one (optional)
    peer: REGEX            the packaged tool's value, whole (optional; None when missing)
    ours: REGEX            ours (optional)
    as: rows|members|text  only the order of lines differs; of lines and of the members in them;
                           only the newline at the end (optional)
    why: TEXT              the reason

An entry that nothing used is a failure, so that the list stays true.
"""
import difflib
import fnmatch
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def changes(fresh, tree):
    """The files of the tree that are not as in fresh; None: gone."""
    return {path: tree.get(path) for path in fresh.keys() | tree.keys()
            if fresh.get(path) != tree.get(path)}


def fields(result, fresh, paths):
    """A result as one flat table: field name -> value; of the files those that are in paths."""
    table = {}
    for number, command in enumerate(result['commands'], 1):
        for key in ('status', 'stdout', 'stderr', 'tty', 'left'):
            if key in command:
                table[f'{number} {key}'] = str(command[key])
        table[f'{number} log'] = '\n'.join(command['log'])
    for path in paths:
        fact = result['files'].get(path, fresh.get(path))
        if fact is None:
            continue
        table[path] = 'there'
        for key, value in fact.items():
            table[f'{path} {key}'] = str(value)
    return table


def differing(peer, ours, fresh):
    """[(field, peer's value, ours)]; a file on one side only is one difference."""
    paths = peer['files'].keys() | ours['files'].keys()
    one, two = fields(peer, fresh, paths), fields(ours, fresh, paths)
    missing = {path for path in paths if (path in one) != (path in two)}
    found = []
    for key in sorted(one.keys() | two.keys()):
        if one.get(key) == two.get(key):
            continue
        if key not in missing and any(key.startswith(f'{path} ') for path in missing):
            continue
        found.append((key, one.get(key), two.get(key)))
    return found


def sorted_members(line):
    return [','.join(sorted(field.split(','))) for field in line.split(':')]


SAME_AS = {
    'rows': lambda text: sorted(text.rstrip('\n').split('\n')),
    'members': lambda text: sorted(map(sorted_members, text.rstrip('\n').split('\n'))),
    'text': lambda text: text.rstrip('\n'),
}


class Entry:
    KEYS = ('case', 'field', 'profile', 'peer', 'ours', 'as', 'why')

    def __init__(self, block, line):
        self.line, self.used = line, 0
        for key in self.KEYS:
            setattr(self, key, None)
        for text in block:
            key, _, value = text.partition(':')
            if key not in self.KEYS or not value.strip():
                sys.exit(f'differences:{line}: cannot read: {text}')
            setattr(self, key, value.strip())
        if not (self.case and self.field and self.why):
            sys.exit(f'differences:{line}: case, field and why are needed')

    def covers(self, profile, case, field, peer, ours):
        def fits(pattern, value):
            return pattern is None or re.fullmatch(pattern, str(value), re.S)
        alike = vars(self)['as']
        if alike and (peer is None or ours is None or SAME_AS[alike](peer) != SAME_AS[alike](ours)):
            return False
        return (self.profile in (None, profile)
                and any(fnmatch.fnmatchcase(case, word) for word in self.case.split())
                and fnmatch.fnmatchcase(field, self.field)
                and fits(self.peer, peer) and fits(self.ours, ours))


def read_entries():
    entries, block, start = [], [], 0
    with open(f'{HERE}/differences', encoding='utf-8') as file:
        for number, text in enumerate(list(file) + [''], 1):
            text = text.rstrip('\n')
            if text.startswith('#'):
                continue
            if not text.strip():
                if block:
                    entries.append(Entry(block, start))
                block = []
                continue
            if not block:
                start = number
            block.append(text)
    return entries


def as_diff(peer, ours):
    if peer is None or ours is None or ('\n' not in peer and '\n' not in ours):
        return [f'peer {peer!r}', f'ours {ours!r}']
    lines = difflib.unified_diff(peer.split('\n'), ours.split('\n'), 'peer', 'ours', n=0,
                                 lineterm='')
    return [line for line in lines if not line.startswith(('---', '+++', '@@'))]


def loud(case, result, side):
    """Lines of the mark "." that say something, or do not end with 0."""
    marks = [mark for mark, _, _ in case.commands() if mark not in '!@']
    for mark, done in zip(marks, result['commands']):
        said = done.get('stdout', '') + done.get('stderr', '')
        if mark == '.' and (done['status'] != 0 or said):
            yield f'{side} of {done["line"]}', f'status {done["status"]}', said


def report(jobs, results, skipped, whole):
    """Print each case's verdict and the count; whole: all cases ran, so look for unused entries."""
    entries = read_entries()
    passed = failed = excused = 0
    for profile, side, case in jobs:
        if side != 'ours':
            continue
        left = []
        for field, peer, ours in differing(results[profile, 'peer', case.name],
                                           results[profile, 'ours', case.name],
                                           results[profile, 'fresh', '']):
            cover = [e for e in entries if e.covers(profile, case.name, field, peer, ours)]
            for entry in cover:
                entry.used += 1
            excused += bool(cover)
            if not cover:
                left.append((field, peer, ours))
        for part in ('peer', 'ours'):
            left += loud(case, results[profile, part, case.name], part)
        name = f'{profile}/{case.name}'
        if not left:
            print(f'ok {name}')
            passed += 1
            continue
        failed += 1
        print(f'not ok {name} - {", ".join(field for field, _, _ in left)}')
        for mark, line in case.lines:
            print(f'    {mark} {line}')
        for field, peer, ours in left:
            print(f'    {field}:')
            for line in as_diff(peer, ours):
                print(f'        {line}')
    for entry in entries if whole and not skipped else ():
        if not entry.used:
            print(f'not ok differences:{entry.line} - nothing used this entry')
            failed += 1
    for profile in skipped:
        print(f'skip {profile} - no build of this profile')
    count = f'{passed} passed, {failed} failed'
    print(f'{excused} differences that are listed')
    print(count + (f', {len(skipped)} skipped' if skipped else ''))
    return 1 if failed else 0


def shown(result, fresh):
    """What one side did, as lines to read; times and plain backups are left out."""
    lines = []
    for command in result['commands']:
        lines.append(f'$ {command["line"]}   -> {command["status"]}')
        for text, answer in command.get('steps') or ():
            lines.append(f'  at {text!r} ' + ('' if answer is None else f'type {answer!r}'))
        for key in ('stdout', 'stderr'):
            lines += [f'  {key[3:]}: {line}' for line in command.get(key, '').split('\n')[:-1]]
        lines += [f'  tty| {line}' for line in command.get('tty', '').rstrip('\n').split('\n')
                  if 'tty' in command]
        lines += [f'  left: {command["left"]}'] if command.get('left') else []
        lines += [f'  log: {line}' for line in command['log']]
    start, end = ({path: fact for path, fact in {**fresh, **result[key]}.items() if fact}
                  for key in ('start', 'files'))
    for path in sorted(start.keys() | end.keys()):
        old, new = start.get(path), end.get(path)
        if old == new:
            continue
        if new is None:
            lines.append(f'  - {path}')
            continue
        facts = {key: value for key, value in new.items() if key not in ('content', 'time', 'links')
                 and (old is None or old.get(key) != value)}
        live = start.get(path[:-1]) if path.endswith('-') else None
        if live and new == live:
            continue
        lines.append(f'  {"+" if old is None else "~"} {path} {facts or ""}')
        if 'content' not in new or '/.' in path:
            continue
        before = (live or old or {}).get('content', '')
        lines += [f'        {line}' for line in as_diff(before, new['content'])[:20]]
    return lines


def show(jobs, results):
    """Print what one side did; of a second profile only where it differs."""
    first = {}
    for profile, side, case in jobs:
        lines = shown(results[profile, side, case.name], results[profile, 'fresh', ''])
        if case.name not in first:
            first[case.name] = lines
            print(f'=== {case.name} ({profile})')
            lines = [f'{mark} {line}' for mark, line in case.lines if mark in '!@'] + lines
        else:
            print(f'=== {case.name} ({profile})')
            lines = list(difflib.unified_diff(first[case.name], lines, n=0, lineterm=''))[2:]
            lines = [line for line in lines if not line.startswith('@@')] or ['the same']
        print('\n'.join(lines))
