# SPDX-License-Identifier: BSD-3-Clause
"""Two and more at once; and the lock in somebody else's hands."""
import fcntl
import os
import re
import signal
import struct
import time

import people
from people import NEW as NEW_PASSWORD, PASSWORD as HAS
import sandbox
from place import F_OFD_SETLK, demand
from stops import EVERY, begin
from talk import AGAIN, NEW, OLD, PASSWORD, Talk

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')


def finish_all(talks):
    for talk in talks:
        talk.finish()
    return [talk.status for talk in talks]


def two_users(where):
    """Each gets his own."""
    talks = [Talk(where, ['passwd'], user) for user in ('alice', 'bob', 'rita')]
    for talk in talks:
        talk.answer(OLD, HAS[talk.user])
    for talk in talks:
        talk.answer(NEW, NEW_PASSWORD)
    for talk in talks:
        talk.answer(AGAIN, NEW_PASSWORD)
    demand(finish_all(talks) == [0, 0, 0], *[talk.text()[-100:] for talk in talks])
    where.only('shadow')
    for talk in talks:
        demand(people.matches(NEW_PASSWORD, where.row('shadow', talk.user)[1]), talk.user)


def one_user_twice(where):
    """The last one that reported success stands; the rows are whole."""
    talks = [Talk(where, ['passwd']) for _ in range(2)]
    words = ('Yellow-raft-59', 'Purple-tram-61')
    for talk in talks:
        talk.answer(OLD, HAS['alice'])
    for talk, word in zip(talks, words):
        talk.answer(NEW, word)
    for talk, word in zip(talks, words):
        talk.answer(AGAIN, word)
    statuses = finish_all(talks)
    demand(0 in statuses, *statuses)
    where.only('shadow')
    good = [word for word, status in zip(words, statuses) if status == 0]
    stored = where.row('shadow', 'alice')[1]
    demand(any(people.matches(word, stored) for word in good), 'the password is none of them')
    demand(where.read('/etc/shadow').count('\nalice:') == 1, 'two rows')


def other_tools(where):
    """All of them at once, each in another row or another field."""
    chfn = Talk(where, ['chfn', '-r', '91'])
    chsh = Talk(where, ['chsh', '-s', '/bin/bash'])
    passwd = Talk(where, ['passwd'], 'bob')
    for talk in (chfn, chsh):
        talk.expect(PASSWORD)
        talk.settle(True)
    passwd.answer(OLD, HAS['bob']).answer(NEW, NEW_PASSWORD)
    passwd.expect(AGAIN)
    passwd.settle(True)
    chfn.send(HAS['alice'] + '\n')
    chsh.send(HAS['alice'] + '\n')
    passwd.send(NEW_PASSWORD + '\n')
    more = [Talk(where, ['gpasswd', '-a', 'rita', 'club']),
            Talk(where, ['gpasswd', '-a', 'late', 'club']),
            Talk(where, ['chage', '-M', '77', 'rita'], 'root')]
    talks = [chfn, chsh, passwd, *more]
    statuses = finish_all(talks)
    demand(not any(statuses), *statuses, *[talk.text()[-100:] for talk in talks])
    where.only('passwd', 'shadow', 'group', 'gshadow')
    row = where.row('passwd', 'alice')
    demand(row[4].split(',')[1] == '91' and row[6] == '/bin/bash', *row)
    demand(people.matches(NEW_PASSWORD, where.row('shadow', 'bob')[1]), 'bob')
    demand(where.row('shadow', 'rita')[4] == '77', *where.row('shadow', 'rita')[2:])
    demand(set(where.row('group', 'club')[3].split(',')) == {'bob', 'rita', 'late'},
           where.row('group', 'club')[3])


def crowd(where):
    """Nobody is told to try again."""
    talks = [Talk(where, ['gpasswd', '-a', user, 'club'])
             for user in ('alice', 'rita', 'late', 'gone', 'young', 'twin1', 'twin2', 'empty')]
    statuses = finish_all(talks)
    demand(not any(statuses), *statuses, *[talk.text()[-100:] for talk in talks])
    demand(len(where.row('group', 'club')[3].split(',')) == 9, where.row('group', 'club')[3])
    where.only('group', 'gshadow')


class Held:
    """The lock, as another program has it."""

    def __init__(self, where):
        self.fd = os.open(f'{where.dir}/etc/.pwd.lock', os.O_RDWR | os.O_CREAT, 0o600)
        self.set(fcntl.F_WRLCK)

    def set(self, kind):
        fcntl.fcntl(self.fd, F_OFD_SETLK, struct.pack('hhqqi4x', kind, 0, 0, 0, 0))

    def free(self):
        self.set(fcntl.F_UNLCK)
        os.close(self.fd)


def attempt(pid, number):
    try:
        os.kill(pid, number)
    except PermissionError:
        return 'refused'
    return 'sent'


def beyond_signals(where):
    """Once it is root for good the caller can neither stop nor kill it, nor look at it."""
    from hidden import attach, look
    lock = Held(where)
    talk = Talk(where, ['gpasswd', '-a', 'rita', 'club'])
    wait_for_root(where, talk)
    for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTSTP, signal.SIGTERM, signal.SIGALRM):
        answer = where.as_user('alice', attempt, talk.pid, number)
        demand(answer == 'refused', f'signal {number} was {answer}')
    demand(where.as_user('alice', attach, talk.pid) != 0, 'it can be traced')
    seen = where.as_user('alice', look, talk.pid)
    demand(not seen, *seen)
    lock.free()
    talk.finish(0)
    where.only('group', 'gshadow')


def wait_for_root(where, talk):
    end = time.monotonic() + 20
    while time.monotonic() < end and not talk.ended():
        with open(f'{where.dir}/proc/{talk.pid}/status', encoding='ascii') as file:
            text = file.read()
        # Before execve it is a root process of the test's own.
        if '\nUid:\t0\t0\t0\t0\n' in text and text.startswith(f'Name:\t{talk.argv[0]}\n'):
            return
        talk.pump(0.02)
    demand(False, f'it never becomes root: {talk.text()!r}')


def interrupted_wait(where):
    """^C while it waits for the lock: nothing was done."""
    lock = Held(where)
    talk = Talk(where, ['gpasswd', '-a', 'rita', 'club'])
    wait_for_root(where, talk)
    time.sleep(0.3)
    talk.send(b'\x03')
    talk.finish(seconds=20)
    demand(talk.status != 0, 'status 0')
    lock.free()
    talk.as_before()
    where.unchanged()


PR_SET_NAME = 15


class HeldFile:
    """FILE.lock, as a tool has it that knows no other lock."""

    def __init__(self, where, name):
        self.path = f'{where.dir}/etc/{name}.lock'
        self.pid = os.fork()
        if self.pid == 0:
            sandbox.libc.prctl(PR_SET_NAME, b'useradd', 0, 0, 0)
            time.sleep(60)
            os._exit(0)
        time.sleep(0.1)
        with open(self.path, 'w', encoding='ascii') as file:
            file.write(f'{self.pid}\0')

    def free(self):
        os.unlink(self.path)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def left_in_etc(where):
    return [name for name in os.listdir(f'{where.dir}/etc')
            if re.search(r'lock|\+$|journal', name) and name != '.pwd.lock']


def interrupted_in_part(where):
    """^C while it waits for the last of its FILE.lock: the others are not left."""
    held = HeldFile(where, 'gshadow')
    talk = Talk(where, ['gpasswd', '-a', 'rita', 'club'])
    wait_for_root(where, talk)
    time.sleep(0.5)
    talk.send(b'\x03')
    talk.finish(-signal.SIGINT)
    left = left_in_etc(where)
    held.free()
    demand(left == ['gshadow.lock'], 'left in /etc:', *left)
    where.unchanged()


def interrupted_anywhere(where):
    """A timer of the caller's goes off at any moment: no FILE.lock is left, whose pid could be
    somebody else's one day."""
    ended = set()
    for number in range(60):
        seconds = 0.0005 + number * 0.0002
        talk = Talk(where, ['gpasswd', '-a' if number % 2 else '-d', 'bob', 'club'],
                    prepare=lambda: signal.setitimer(signal.ITIMER_REAL, seconds))
        # 3: the one before was ended before it did anything, and it is no member.
        talk.finish((0, 3, -signal.SIGALRM))
        ended.add(talk.status)
        left = left_in_etc(where)
        demand(not left, f'after {seconds:.4f} s left in /etc:', *left)
        where.said()
        talk.end()
    demand(-signal.SIGALRM in ended, 'no timer went off')


def full_pipe():
    """Standard error is a pipe that nobody reads."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    for size in (4096, 1):
        try:
            while True:
                os.write(write_end, b'x' * size)
        except BlockingIOError:
            pass
    os.set_blocking(write_end, True)
    os.dup2(read_end, 0)
    os.dup2(write_end, 2)


def unheard(where):
    talk = Talk(where, ['gpasswd', '-a', 'rita', 'club'], prepare=full_pipe)
    wait_for_root(where, talk)
    return talk


def others_work(where):
    started = time.monotonic()
    where.control('usermod -c "Meanwhile" rita')
    demand(time.monotonic() - started < 8, 'usermod had to wait')


def unheard_waiter(where):
    """Who says that it waits, to nobody, holds no lock."""
    held = HeldFile(where, 'gshadow')
    talk = unheard(where)
    time.sleep(2)
    demand(not talk.ended(), f'status {talk.status}')
    others_work(where)
    held.free()


def unheard_setting(where):
    """Nor does who complains of a setting that is looked at under the lock."""
    people.append(f'{where.dir}/etc/login.defs', 'MAX_MEMBERS_PER_GROUP many\n')
    talk = unheard(where)
    time.sleep(1)
    demand(not talk.ended(), f'status {talk.status}')
    demand('rita' in where.row('group', 'club')[3], where.row('group', 'club')[3])
    others_work(where)


def patience(where):
    """Processes of root's that wait for long are not the caller's to start."""
    held = Held(where)
    talk = Talk(where, ['gpasswd', '--lock-timeout', '16', '-a', 'rita', 'club'])
    talk.finish(seconds=5)
    demand(talk.status == 1 and 'only root' in talk.text(), talk.status, talk.text())
    held.free()
    where.unchanged()


def lock_not_had(where):
    """The holder does not let go: an error, and all as before."""
    lock = Held(where)
    talk = Talk(where, ['gpasswd', '--lock-timeout', '1', '-a', 'rita', 'club'])
    talk.finish(seconds=20)
    demand(talk.status > 0, f'status {talk.status}')
    demand('lock' in talk.text(), talk.text())
    lock.free()
    where.unchanged()


def taken_away(tool, prompt, line):
    """What was allowed when it asked is looked at again in the transaction."""
    def case(where):
        talk = begin(where, EVERY[tool], prompt)
        where.control(line)
        start = where.snapshot()
        for pattern, answer, secret in EVERY[tool][2 + prompt:]:
            talk.answer(pattern, answer, secret)
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        talk.as_before()
        where.unchanged(start)
    return case


def other_row(where):
    """A row that another changed while it asked: both changes stand."""
    talk = begin(where, EVERY['chfn'], 3)
    where.control('usermod -s /bin/bash alice')
    for pattern, answer, secret in EVERY['chfn'][5:]:
        talk.answer(pattern, answer, secret)
    talk.finish(0)
    row = where.row('passwd', 'alice')
    demand(row[4] == 'Alice Able,81,82,83,more' and row[6] == '/bin/bash', *row)


TAKEN = {
    'admin': ('gpasswd', 1, 'sed -i s/:alice:bob/::bob/ /etc/gshadow'),
    'group': ('gpasswd', 1, 'sed -i /^club:/d /etc/group /etc/gshadow'),
    'account': ('chfn', 3, 'sed -i /^alice:/d /etc/passwd'),
    'uid': ('chsh', 1, 'sed -i s/^alice:x:1000:/alice:x:4000:/ /etc/passwd'),
    'uid-chfn': ('chfn', 3, 'sed -i s/^alice:x:1000:/alice:x:4000:/ /etc/passwd'),
    'restricted': ('chsh', 1, f'usermod -s {people.KIOSK} alice'),
}
# With PAM it is pam_unix that writes.
TAKEN_BARE = {
    'lock': ('passwd', 2, 'usermod -L alice'),
    'password': ('passwd', 2, 'usermod -p \'$6$x$y\' alice'),
    'password-uid': ('passwd', 2, 'sed -i s/^alice:x:1000:/alice:x:4000:/ /etc/passwd'),
    'password-account': ('passwd', 2, 'sed -i /^alice:/d /etc/passwd /etc/shadow'),
}

CASES = [
    *((f'taken-away-{name}', taken_away(*what), OURS) for name, what in TAKEN.items()),
    *((f'taken-away-{name}', taken_away(*what), ('bare',)) for name, what in TAKEN_BARE.items()),
    ('other-row', other_row, OURS),
    ('two-users', two_users, ALL),
    ('one-user-twice', one_user_twice, ALL),
    ('other-tools', other_tools, OURS),
    ('crowd', crowd, OURS),
    ('beyond-signals', beyond_signals, OURS),
    ('interrupted-wait', interrupted_wait, OURS),
    ('interrupted-in-part', interrupted_in_part, OURS),
    ('interrupted-anywhere', interrupted_anywhere, OURS),
    ('unheard-waiter', unheard_waiter, OURS),
    ('unheard-setting', unheard_setting, OURS),
    ('patience', patience, OURS),
    ('lock-not-had', lock_not_had, OURS),
]
