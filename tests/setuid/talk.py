# SPDX-License-Identifier: BSD-3-Clause
"""One program on a pseudo-terminal, and the person in front of it."""
import ctypes
import fcntl
import os
import re
import select
import signal
import termios
import time

import people
import place
import sandbox

SECONDS = 20
PATIENCE = 0.02
ENV = {'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', 'TERM': 'vt100', 'LANG': 'C'}

OLD = r'(Current|Old) [Pp]assword: '
NEW = r'(?<![a-z] )[Nn]ew [Pp]assword: '
AGAIN = r'(Retype|Re-enter) new password: '
PASSWORD = r'Password: '


class Hung(place.Wrong):
    """The program neither asked nor ended."""


class Talk:
    """argv is run as the user, on a terminal of its own as session leader.

    closed: descriptors that are closed; prepare: called in the child as the user; argv0: None
    for an argv without any word; job: run as the foreground job of a leader that waits, as under
    a shell; stdin: bytes instead of the terminal.
    """

    def __init__(self, where, argv, user='alice', env=None, closed=(), prepare=None, argv0='',
                 job=False, stdin=None, path=None):
        self.place, self.user, self.argv = where, user, argv
        self.seen, self.status, self.mark = b'', None, 0
        self.ptm = os.open(f'{where.dir}/dev/pts/ptmx', os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(self.ptm, 0x40045431, b'\0\0\0\0')     # TIOCSPTLCK
        number = int.from_bytes(fcntl.ioctl(self.ptm, 0x80045430, b'\0\0\0\0'), 'little')
        self.tty = f'/dev/pts/{number}'
        os.chown(where.dir + self.tty, people.UID[user], 5)
        self.line = os.open(where.dir + self.tty, os.O_RDWR | os.O_NOCTTY)
        self.modes = termios.tcgetattr(self.line)
        self.env = dict(ENV, HOME=people.HOME.get(user, '/'), USER=user, LOGNAME=user)
        self.env.update(env or {})
        self.path = path or place.TOOL_PATH.get(argv[0] if argv else '', argv[0] if argv else '')
        self.words = list(argv) if argv0 == '' else ([argv0] if argv0 is not None else []) + \
            list(argv[1:])
        self.closed, self.prepare = closed, prepare
        self.feed = None
        if stdin is not None:
            self.feed, write_end = os.pipe()
            os.write(write_end, stdin)
            os.close(write_end)
        where.prepare_user(user)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.child(job)
            finally:
                os._exit(99)
        if self.feed is not None:
            os.close(self.feed)
        self.gone = False
        where.talks.append(self)

    # --- in the child

    def child(self, job):
        os.setsid()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)       # python ignores them
        slave = os.open(self.place.dir + self.tty, os.O_RDWR)
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(slave, number)
        if self.feed is not None:
            os.dup2(self.feed, 0)
        os.closerange(3, 256)
        self.place.become(self.user)
        if job:
            self.lead()
        self.run()

    def lead(self):
        """Stay as a shell would; the program is the foreground job."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            self.run()
        while True:
            _, status = os.waitpid(child, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status)
                         else 128 + os.WTERMSIG(status))
            os.tcsetpgrp(0, os.getpid())
            os.write(1, b'<stopped>\n')
            # As "fg" does it: when told by a line that is not the program's.
            os.read(0, 100)
            os.tcsetpgrp(0, child)
            os.killpg(child, signal.SIGCONT)

    def run(self):
        if self.prepare:
            self.prepare()
        for number in self.closed:
            os.close(number)
        words = (ctypes.c_char_p * (len(self.words) + 1))(
            *[os.fsencode(word) for word in self.words], None)
        env = (ctypes.c_char_p * (len(self.env) + 1))(
            *[os.fsencode(f'{name}={value}') for name, value in self.env.items()], None)
        sandbox.libc.execve(self.path.encode(), words, env)
        os._exit(98)

    # --- the person

    def pump(self, seconds):
        """Take what is said; False at the end of it."""
        if self.ptm is None or not select.select([self.ptm], [], [], seconds)[0]:
            return True
        try:
            said = os.read(self.ptm, 65536)
        except OSError:
            said = b''
        self.seen += said
        return bool(said)

    def text(self):
        return self.seen.decode('utf-8', 'surrogateescape').replace('\r\n', '\n')

    def ended(self):
        if self.status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                pid, status = self.pid, 0
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.dumped = os.WCOREDUMP(status)
        return self.status is not None

    def expect(self, pattern, seconds=SECONDS):
        """Wait until it has said that, after what was said before the last answer."""
        end = time.monotonic() + seconds
        while True:
            over = self.ended()
            self.pump(0 if over else PATIENCE)
            if re.search(pattern, self.text()[self.mark:]):
                return self
            if over or time.monotonic() > end:
                raise Hung(f'{" ".join(self.argv)}: no "{pattern}" but {self.text()[-300:]!r}'
                           f'{", status %s" % self.status if over else ""}')

    def echo(self):
        return bool(termios.tcgetattr(self.line)[3] & termios.ECHO)

    def settle(self, secret):
        """The prompt is there before the echo is off: wait for that."""
        end = time.monotonic() + SECONDS
        while secret and self.echo():
            if time.monotonic() > end or self.ended():
                raise place.Wrong(f'{" ".join(self.argv)}: echo is on at a secret prompt')
            time.sleep(0.005)
        # tcsetattr with flush may come right after.
        time.sleep(0.01)

    def send(self, keys):
        self.mark = len(self.text())
        os.write(self.ptm, keys if isinstance(keys, bytes) else os.fsencode(keys))

    def answer(self, pattern, word, secret=True):
        self.expect(pattern)
        self.settle(secret)
        self.send(word + '\n')
        return self

    def finish(self, status=None, seconds=SECONDS):
        """Wait for its end; the exit status, negative for a signal."""
        end = time.monotonic() + seconds
        while not self.ended():
            self.pump(PATIENCE)
            if time.monotonic() > end:
                raise Hung(f'{" ".join(self.argv)} does not end: {self.text()[-300:]!r}')
        for _ in range(100):
            if not select.select([self.ptm] if self.ptm is not None else [], [], [], 0)[0] or \
                    not self.pump(0):
                break
        place.demand(self.status not in (98, 99), f'{self.path} cannot be run')
        if status is not None:
            statuses = status if isinstance(status, tuple) else (status,)
            place.demand(self.status in statuses,
                         f'{" ".join(self.argv)}: status {self.status}: {self.text()[-300:]!r}')
        return self.status

    def as_before(self):
        """The terminal has the modes that it had."""
        place.demand(termios.tcgetattr(self.line) == self.modes,
                     f'{" ".join(self.argv)}: the terminal is not as before')

    def hang_up(self):
        os.close(self.ptm)
        self.ptm = None

    def end(self):
        if self.gone:
            return
        self.gone = True
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        for number in (self.ptm, self.line):
            if number is not None:
                os.close(number)


def call(where, *argv, user='alice', status=None, **more):
    """A program that asks nothing: run it and return the talk."""
    talk = Talk(where, list(argv), user, **more)
    talk.finish(status)
    return talk
