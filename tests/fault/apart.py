# SPDX-License-Identifier: BSD-3-Clause
"""What is no transaction: records of lastlog and faillog, files that are given as operands, and the
copy that vipw's editor works on.

apart/CASE/ERRNO   each call of a tool fails once: every file is as before or as after
apart/CASE/KILL    the tool is killed at each call, then it is run again: as after
vipw/KILL ...      the tool is killed at each call: the old file stands, and the edit is somewhere
full/...           a file system with no room: no record is written in part, no file is longer
"""
import contextlib
import os
import shutil
import struct
import subprocess
from collections import namedtuple

import roots

KINDS = ('EIO', 'ENOSPC', 'KILL')
NAMES = ('passwd', 'shadow', 'group', 'gshadow')
LASTLOG, FAILLOG = '/var/log/lastlog', '/var/log/faillog'

# watched: the directory whose files are compared.
Case = namedtuple('Case', 'name tool arguments watched')
CASES = [Case(*fields) for fields in (
    ('lastlog-set', 'lastlog', '-S -u old', 'var/log'),
    ('lastlog-clear', 'lastlog', '-C -u old', 'var/log'),
    ('lastlog-clear-all', 'lastlog', '-C -u 0-', 'var/log'),
    ('lastlog-grows', 'lastlog', '-S -u other', 'var/log'),
    ('faillog-reset', 'faillog', '-r -u old', 'var/log'),
    ('faillog-all', 'faillog', '-m 5 -l 7', 'var/log'),
    ('faillog-grows', 'faillog', '-m 5 -u other', 'var/log'),
    ('pwck-file', 'pwck', '-q --fix /srv/passwd', 'srv'),
    ('pwck-files', 'pwck', '-q --fix /srv/passwd /srv/shadow', 'srv'),
    ('pwck-files-sorted', 'pwck', '-s /srv/passwd /srv/shadow', 'srv'),
    ('grpck-files', 'grpck', '--fix /srv/group /srv/gshadow', 'srv'),
)]
RECORD = {'lastlog': 292, 'faillog': 32}
VIPW = ('vipw', 'vipw -s', 'vigr', 'vigr -s')


def login(when, line):
    return struct.pack('i32s256s', when, line, b'192.0.2.1')


def failure(count):
    return struct.pack('hh12sqq', count, 3, b'tty1', 1000000000, 0)


def put(path, records, count, size):
    """A sparse file of so many records, of which some are there."""
    with open(path, 'wb') as file:
        for uid, record in records.items():
            file.seek(uid * size)
            file.write(record)
        file.truncate(count * size)


def make_logs(where):
    os.makedirs(f'{where}/var/log', exist_ok=True)
    put(where + LASTLOG, {0: login(7, b'tty1'), 1000: login(9, b'pts/1')}, 1001, 292)
    put(where + FAILLOG, {0: failure(1), 1000: failure(4)}, 1001, 32)


def make_given(where):
    """Copies of faulty files, beside those of the system."""
    os.makedirs(f'{where}/srv', exist_ok=True)
    for name in NAMES:
        shutil.copy2(f'{where}/etc/{name}', f'{where}/srv/{name}')


def make_apart(where):
    roots.make_faulty(where)
    make_given(where)
    make_logs(where)


roots.MAKERS['apart'] = make_apart


def content(directory):
    found = {}
    for name in sorted(os.listdir(directory)):
        with open(f'{directory}/{name}', 'rb') as file:
            found[name] = file.read()
    return found


def restore(path, data):
    """Blocks of zeros are holes again."""
    with open(path, 'wb') as file:
        for at in range(0, len(data), 4096):
            if data[at:at + 4096].strip(b'\0'):
                file.seek(at)
                file.write(data[at:at + 4096])
        file.truncate(len(data))


def records(name, found):
    """The files, or their records, each for itself."""
    for file, data in found.items():
        size = RECORD.get(name.split('-')[0])
        if size is None:
            yield file, data
            continue
        for at in range(0, len(data), size):
            record = data[at:at + size]
            yield (file, at // size), b'' if record == bytes(len(record)) else record


class Tried:
    """One case's tree, and what the tool leaves of it when nobody disturbs it."""

    def __init__(self, layer, case, work):
        self.layer, self.case, self.work = layer, case, work
        self.watched = f'{work}/{case.watched}'
        layer.roots.reset('apart', work)
        self.before = content(self.watched)
        self.command = [f'{layer.build}/src/{case.tool}', '-P', work, *case.arguments.split()]
        done = self.run([])
        if done.returncode != 0:
            raise RuntimeError(f'{case.name}: {done.returncode} {done.stdout}')
        self.after = content(self.watched)
        if self.after == self.before:
            raise RuntimeError(f'{case.name}: nothing changes')
        self.reset()
        self.calls = int(self.run([layer.fault, 'count', '--']).stdout.split()[-1])

    def run(self, launcher):
        return subprocess.run([*launcher, *self.command], env=self.layer.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors='replace', check=False, timeout=60)

    def reset(self):
        for name in os.listdir(self.watched):
            os.unlink(f'{self.watched}/{name}')
        for name, data in self.before.items():
            restore(f'{self.watched}/{name}', data)
        for name in os.listdir(f'{self.work}/etc'):
            if name.endswith('.lock') and name != '.pwd.lock':
                os.unlink(f'{self.work}/etc/{name}')

    def parts(self, found):
        return dict(records(self.case.name, {name: data for name, data in found.items()
                                             if name in self.before}))

    def mixed(self, found):
        """What is neither as before nor as after."""
        old, new, now = self.parts(self.before), self.parts(self.after), self.parts(found)
        for part in sorted(old.keys() | new.keys() | now.keys(), key=str):
            value = now.get(part, b'')
            if value not in (old.get(part, b''), new.get(part, b'')):
                yield f'{part} is neither as before nor as after'
        for name, data in found.items():
            longest = max(len(self.before.get(name, b'')), len(self.after.get(name, b'')))
            if name in self.before and len(data) > longest:
                yield f'{name} is longer than before and after'
            if name in RECORD and len(data) % RECORD[name]:
                yield f'{name} ends in half a record'

    def judge(self, kind, done):
        found = content(self.watched)
        yield from self.mixed(found)
        # What a failing unlink leaves the next run takes away.
        stray = {name for name in found.keys() - self.before.keys() - self.after.keys()
                 if kind == 'KILL' or not name.endswith('.lock')}
        finished = self.parts(found) == self.parts(self.after)
        if kind != 'KILL':
            if stray:
                yield f'left: {" ".join(stray)}'
            if done.returncode == 0 and not finished:
                yield 'status 0, but the files are not as after'
            return
        again = self.run([])
        found = content(self.watched)
        said = again.stdout.splitlines()[-3:]
        if self.case.watched == 'srv':
            yield from self.judge_given(found, again, said)
        elif again.returncode != 0 or self.parts(found) != self.parts(self.after):
            yield f'the next run ends with {again.returncode}: {said}'
        # One that has nothing to do takes no lock, and looks for nothing that was left.
        if not finished:
            stray = found.keys() - self.after.keys() - self.before.keys()
            if stray:
                yield f'left by the next run: {" ".join(stray)}'

    def judge_given(self, found, again, said):
        """Each file is a commit of its own, so the second may need what --fix does not do."""
        if again.returncode not in (0, 2):
            yield f'the next run ends with {again.returncode}: {said}'
        for secret in (b'$5$a$b', b'$6$salt$hash'):
            if any(secret in data for data in self.after.values()) and \
                    not any(secret in found[name] for name in self.before):
                yield 'a password is gone'


def disturb(layer, number, kind):
    verb = ['kill', str(number)] if kind == 'KILL' else ['fail', str(number), kind]
    return [layer.fault, *verb, '--']


def sweep(layer, case, kind):
    name = f'apart/{case.name}/{kind}'

    def work():
        slot = layer.slots.get()
        try:
            tried = Tried(layer, case, slot[1])
            bad = []
            for number in range(1, tried.calls + 1):
                tried.reset()
                done = tried.run(disturb(layer, number, kind))
                bad += [f'call {number}: {why} | {done.stdout.splitlines()[-3:]}'
                        for why in tried.judge(kind, done)]
        finally:
            layer.slots.put(slot)
        told(layer, name, bad, tried.calls)
    return name, work


def told(layer, name, bad, runs):
    if bad:
        layer.say('not_ok', name, f'{len(bad)} in {runs} runs', bad[:12])
    else:
        layer.say('ok', f'{name} ({runs} runs)')


# --- vipw, on the running system

def edits(work):
    """Copies that somebody's edit may be in."""
    return [f'{where}/{name}' for where, _, names in os.walk(f'{work}/etc')
            for name in names if '.edit' in name]


def kill_vipw(layer, line):
    name = f'vipw/{line.replace(" ", "")}/KILL'
    file = {'vipw': 'passwd', 'vipw -s': 'shadow', 'vigr': 'group', 'vigr -s': 'gshadow'}[line]
    inside = ['chroot']

    def work():
        slot = layer.slots.get()
        try:
            at = slot[1]
            target = f'{at}/etc/{file}'
            tool, *options = line.split()
            command = [*inside, at, f'/build/src/{tool}', *options]
            launcher = lambda number: [layer.fault, 'kill', str(number), '--',
                                       f'in:{at}:/build/src/{tool}', *options]
            layer.roots.reset('live', at)
            old = open(target, 'rb').read()
            count = run(layer, [layer.fault, 'count', '--', f'in:{at}:/build/src/{tool}',
                                *options])
            calls, new = int(count.stdout.split()[-1]), open(target, 'rb').read()
            if old == new:
                raise RuntimeError(f'{line} changes nothing: {count.stdout}')
            bad = []
            for number in range(1, calls + 1):
                layer.roots.reset('live', at)
                run(layer, launcher(number))
                bad += [f'call {number}: {why}'
                        for why in judge_vipw(layer, command, at, target, old, new)]
        finally:
            layer.slots.put(slot)
        told(layer, name, bad, calls)
    return name, work


def run(layer, argv, **more):
    return subprocess.run(argv, env={**layer.env, **more}, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors='replace',
                          check=False, timeout=60)


def judge_vipw(layer, command, at, target, old, new):
    now = open(target, 'rb').read()
    if now not in (old, new):
        yield 'the file is neither as before nor as after'
    left = edits(at)
    for path in left:
        if os.stat(path).st_mode & 0o077:
            yield f'{path} can be read by others'
    edited = [path for path in left if open(path, 'rb').read() == new]
    # Whoever comes next and leaves the file alone is told of it, and finds it.
    done = run(layer, command, EDITOR='true')
    if done.returncode != 0:
        yield f'the next vipw ends with {done.returncode}: {done.stdout}'
    if open(target, 'rb').read() != now:
        yield 'the next vipw, whose editor did nothing, changed the file'
    if left and 'edit' not in done.stdout:
        yield f'nobody is told of {left}: {done.stdout}'
    if edited and now == old:
        kept = [path for path in edits(at) if open(path, 'rb').read() == new]
        if not kept:
            yield 'the edit is gone'
        elif not any(path[len(at):] in done.stdout for path in kept):
            yield f'the edit is in {kept}, but not said to be: {done.stdout}'


# --- no room

@contextlib.contextmanager
def small(work, pages):
    """var/log on a file system of so many pages."""
    roots.mount('small', f'{work}/var/log', 'tmpfs', 0, f'size={pages * 4096}')
    try:
        yield
    finally:
        roots.unmount(f'{work}/var/log')


def fill(work, pages):
    """The last page that is free."""
    with open(f'{work}/var/log/other', 'wb') as file:
        file.write(bytes(4096 * pages))


FULL = (
    # Records of 292 and of 32 bytes: that of uid 14 lies on two pages, none of 32 does.
    ('hole', 'lastlog -S -u 14', 'lastlog', {0: login(7, b'tty1')}, 100, 1),
    ('past-the-end', 'lastlog -S -u 14', 'lastlog', {0: login(7, b'tty1')}, 10, 1),
    ('past-a-cut-record', 'lastlog -S -u 14', 'lastlog', {0: login(7, b'tty1')}, 14.02, 1),
    ('whole-hole', 'lastlog -S -u 20', 'lastlog', {0: login(7, b'tty1')}, 100, 1),
    ('range', 'lastlog -S -u 0-40', 'lastlog', {0: login(7, b'tty1')}, 100, 1),
    ('faillog-hole', 'faillog -m 9 -u 200', 'faillog', {0: failure(1)}, 1000, 1),
    ('faillog-past-the-end', 'faillog -m 9 -u 200', 'faillog', {0: failure(1)}, 10, 1),
    ('new-user', 'useradd -M -u 14 -g users -o new', 'lastlog', {0: login(7, b'tty1')}, 100, 1),
    ('uid-moves', 'usermod -o -u 14 old', 'lastlog',
     {0: login(7, b'tty1'), 1000: login(9, b'pts/1')}, 1001, 2),
)


def no_room(layer, number):
    what, line, log, there, count, pages = FULL[number]
    name = f'full/{what}'

    def work():
        slot = layer.slots.get()
        at = slot[1]
        try:
            layer.roots.reset('apart', at)
            with open(f'{at}/etc/passwd', 'a', encoding='utf-8') as file:
                file.write(''.join(f'u{uid}:x:{uid}:100::/:/bin/sh\n' for uid in (14, 20, 200)))
            with small(at, pages):
                size, path = RECORD[log], f'{at}/var/log/{log}'
                put(path, there, int(count), size)
                os.truncate(path, int(count * size))
                before = open(path, 'rb').read()
                tool, *options = line.split()
                done = run(layer, [f'{layer.build}/src/{tool}', '-P', at, *options])
                after = open(path, 'rb').read()
        finally:
            layer.slots.put(slot)
        bad = []
        if after != before and what != 'range':
            bad.append(f'the file changed: {len(before)} bytes, now {len(after)}')
        if what == 'range':
            bad += [f'record {at // size} is written in part' for at in range(0, len(after), size)
                    if after[at:at + size] != before[at:at + size]
                    and b'localhost' not in after[at:at + size]]
        if tool in RECORD and (done.returncode == 0 or f'/{log}' not in done.stdout):
            bad.append(f'status {done.returncode}: {done.stdout}')
        told(layer, name, bad, 1)
    return name, work


def jobs(layer):
    for case in CASES:
        for kind in KINDS:
            yield sweep(layer, case, kind)
    for line in VIPW:
        yield kill_vipw(layer, line)
    for number in range(len(FULL)):
        yield no_room(layer, number)
