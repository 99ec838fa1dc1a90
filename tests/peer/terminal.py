# SPDX-License-Identifier: BSD-3-Clause
"""A dialogue on a pseudo-terminal: wait for a text, send an answer, keep all that is shown.

`with Terminal(root, uid) as terminal:` gives terminal.slave, which the child takes as its
descriptors 0 to 2 (take_over() in the child makes it the controlling terminal), and
terminal.talk(child, steps, heard), which returns the status.  What was shown is in terminal.text.
"""
import ctypes
import os
import select
import signal
import termios
import time

MS_NOSUID, MS_NOEXEC = 2, 8
PATIENCE = 20               # seconds to wait for a text; pam_unix takes two after a wrong password
SETTLE = 0.02               # a prompt may be shown before the echo is off
CONTROLS = {'^C': b'\x03', '^D': b'\x04', '^Z': b'\x1a', '^\\': b'\x1c', '^U': b'\x15'}
FLAGS = (('echo', 3, termios.ECHO), ('canonical', 3, termios.ICANON), ('signals', 3, termios.ISIG),
         ('output', 1, termios.OPOST))


def take_over():
    """In the child, which leads a session and has the slave as standard input."""
    import fcntl
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def switched(fd):
    """The terminal's settings that a program may have left changed."""
    attributes = termios.tcgetattr(fd)
    return {name: bool(attributes[where] & flag) for name, where, flag in FLAGS}


class Terminal:
    def __init__(self, root, owner):
        """root has a devpts of its own: the terminal is always /dev/pts/0 there."""
        self.text, self.master, self.slave = '', -1, -1
        self.raw, self.seen = b'', 0
        self.root, self.owner = root, owner

    def __enter__(self):
        self.master = os.open(f'{self.root}/dev/pts/ptmx', os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        unlock = ctypes.c_int(0)
        import fcntl
        fcntl.ioctl(self.master, 0x40045431, unlock)        # TIOCSPTLCK
        number = ctypes.c_int()
        fcntl.ioctl(self.master, 0x80045430, number)        # TIOCGPTN
        self.slave = os.open(f'{self.root}/dev/pts/{number.value}', os.O_RDWR | os.O_NOCTTY)
        os.fchown(self.slave, self.owner, 5)
        os.fchmod(self.slave, 0o620)
        self.before = switched(self.slave)
        return self

    def __exit__(self, *_):
        os.close(self.slave)
        os.close(self.master)

    def left(self):
        """What the program left changed, for the result."""
        now = switched(self.slave)
        return ' '.join(f'{name} {"on" if now[name] else "off"}' for name in now
                        if now[name] != self.before[name])

    def drain(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw += data

    def wait_for(self, text, ended, heard):
        """False: the program ended or said nothing of the kind."""
        end = time.monotonic() + PATIENCE
        while True:
            self.drain()
            at = self.raw.find(text.encode(), self.seen)
            if at >= 0:
                self.seen = at + len(text.encode())
                return True
            if select.select([ended], [], [], 0)[0] or time.monotonic() > end:
                return False
            select.select([self.master, ended], [], [], 0.2)
            heard()

    def talk(self, child, steps, heard):
        """steps: (text, answer); heard: called often, it takes the log.  The status."""
        ended = os.pidfd_open(child.pid)
        problem = None
        for text, answer in steps:
            if not self.wait_for(text, ended, heard):
                problem = f'no {text!r}'
                break
            if answer is not None:
                time.sleep(SETTLE)
                os.write(self.master, CONTROLS.get(answer) or answer.encode() + b'\n')
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not select.select([ended], [], [], 0)[0]:
            self.drain()
            select.select([self.master, ended], [], [], 0.2)
            heard()
        os.close(ended)
        status = child.poll()
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        self.drain()
        self.text = self.raw.decode('utf-8', 'surrogateescape').replace('\r\n', '\n')
        if status is None:
            return 'timeout'
        return f'{status}, {problem}' if problem else status
