# SPDX-License-Identifier: BSD-3-Clause
"""A throw-away root with accounts and sub-ids; whose tools: Debian's (packaged), ours with the
set-uid bit (setuid), ours with a file capability (fcaps).

A worker calls sandbox.enter() and makes one Tools; each case gets a Place of its own.
"""
import ctypes
import os
import shutil
import signal
import stat
import struct
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f'{TOP}/tests/peer')
import sandbox
from sandbox import libc

BUILD = os.environ.get('BUILD', f'{TOP}/build/debian12')
UIDMAP, GIDMAP = 'newuidmap', 'newgidmap'
TOOLS = (UIDMAP, GIDMAP, 'getsubids')
CAPABILITY = {UIDMAP: 7, GIDMAP: 6}         # cap_setuid, cap_setgid
IDS = {'root': (0, 0), 'alice': (1000, 1000), 'bob': (1001, 1001), 'carol': (1002, 1002)}
GROUPS = {'alice': [1100], 'bob': [1100, 1101]}
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_NOSUID = 2
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
ENV = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C'}
SECONDS = 20
PASSWD = '''root:x:0:0:root:/root:/bin/sh
alice:x:1000:1000::/home/alice:/bin/sh
bob:x:1001:1001::/home/bob:/bin/sh
carol:x:1002:1002::/home/carol:/bin/sh
'''
GROUP = '''root:x:0:
alice:x:1000:
bob:x:1001:
carol:x:1002:
club:x:1100:alice,bob
team:x:1101:bob
'''
SUBIDS = 'alice:100000:65536\nbob:165536:65536\n'


class Wrong(Exception):
    """What a case found."""


class Unable(Exception):
    """Why a case cannot be tried on this machine."""


def demand(truth, *said):
    if not truth:
        raise Wrong(' '.join(str(word) for word in said))


def give_capability(path, number):
    """What setcap NUMBER+ep does: a version 2 capability, effective."""
    os.setxattr(path, 'security.capability', struct.pack('<5I', 0x02000001, 1 << number, 0, 0, 0))


class Tools:
    """Copies of the built tools, with their bits, on a file system that heeds them."""

    def __init__(self, scratch):
        self.dir = os.path.realpath(f'{scratch}/tools.{os.getpid()}')
        os.makedirs(self.dir, exist_ok=True)     # each worker is pid 1
        sandbox.mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        for kind in ('setuid', 'fcaps', 'bare'):
            os.mkdir(f'{self.dir}/{kind}')
            for name in TOOLS:
                self.copy(kind, name)

    def copy(self, kind, name):
        source, target = f'{BUILD}/src/{name}', f'{self.dir}/{kind}/{name}'
        if not os.path.exists(source):
            return
        shutil.copyfile(source, target)
        os.chmod(target, 0o4755 if kind == 'setuid' and name in CAPABILITY else 0o755)
        if kind == 'fcaps' and name in CAPABILITY:
            give_capability(target, CAPABILITY[name])


class Done:
    """How a program ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __str__(self):
        return f'status {self.status}, said {self.out[-200:]!r} {self.err[-400:]!r}'


class Child:
    """A process of the place.  The function runs in it as the user; its answer is the status."""

    def __init__(self, where, user, function, gid=None, groups=None, first=None):
        self.place = where
        where.children.append(self)
        self.status = None
        where.make_mounts()
        self.pid = os.fork()
        if self.pid == 0:
            status = 99
            try:
                where.become(user, gid, groups, first)
                status = function() or 0
            except BaseException as error:
                os.write(2, f'{type(error).__name__}: {error}\n'.encode())
            finally:
                os._exit(status)

    def wait(self):
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def end(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.kill(self.pid, signal.SIGCONT)
            self.wait()


class Target(Child):
    """A process in a user namespace of its own, without maps.  It ends, or runs a program, when it
    is told to."""

    def __init__(self, where, user='alice', gid=None, groups=None, flags=CLONE_NEWUSER):
        ready, told = os.pipe()
        orders, tell = os.pipe()
        self.tell = tell

        def function():
            os.close(ready)
            os.close(tell)
            sandbox.check(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 'prctl')
            sandbox.check(libc.unshare(flags), 'unshare')
            os.write(told, b'.')
            order = os.read(orders, 4096)
            if order:
                os.execv(order.decode(), [order.decode(), '100'])

        super().__init__(where, user, function, gid, groups)
        os.close(told)
        os.close(orders)
        self.made = os.read(ready, 1) == b'.'
        os.close(ready)
        demand(self.made, 'no user namespace can be made')

    def order(self, program):
        os.write(self.tell, program.encode())

    def end(self):
        if self.tell is not None:
            os.close(self.tell)
            self.tell = None
        super().end()

    def map(self, tool=UIDMAP):
        return read_map(self.place, self.pid, 'uid_map' if tool == UIDMAP else 'gid_map')

    def maps(self):
        """Both maps and the state of setgroups."""
        return self.map(UIDMAP), self.map(GIDMAP), self.setgroups()

    def setgroups(self):
        with open(f'{self.place.dir}/proc/{self.pid}/setgroups', encoding='ascii') as file:
            return file.read().strip()


UNTOUCHED = '', '', 'allow'


def read_map(where, pid, name):
    with open(f'{where.dir}/proc/{pid}/{name}', encoding='ascii') as file:
        return ' '.join(' '.join(line.split()) for line in file)


class Place:
    def __init__(self, base, tools, kind):
        self.base, self.tools, self.kind = base, tools, kind
        self.children = []
        self.container = self.mounts = None

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix='root.', dir=os.path.dirname(self.base))
        sandbox.mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        for name in sandbox.LINKS:
            if os.path.islink(f'{self.base}/{name}'):
                os.symlink(os.readlink(f'{self.base}/{name}'), f'{self.dir}/{name}')
        for name in ('usr', 'proc', 'dev', 'etc', 'tmp', 'srv', 'home/alice', 'home/bob'):
            os.makedirs(f'{self.dir}/{name}')
        os.chmod(f'{self.dir}/tmp', 0o1777)
        for name in ('alice', 'bob'):
            os.chown(f'{self.dir}/home/{name}', *IDS[name])
        sandbox.mount(f'{self.base}/usr', f'{self.dir}/usr', 'none', sandbox.MS_BIND)
        sandbox.mount('none', f'{self.dir}/usr', 'none',
                      sandbox.MS_BIND | sandbox.MS_REMOUNT | sandbox.MS_RDONLY)
        sandbox.mount('proc', f'{self.dir}/proc', 'proc', 0)
        for name, major, minor in sandbox.DEVICES:
            os.mknod(f'{self.dir}/dev/{name}', 0o666 | stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(f'{self.dir}/dev/{name}', 0o666)
        for name in ('login.defs', 'nsswitch.conf', 'ld.so.cache'):
            shutil.copy(f'{self.base}/etc/{name}', f'{self.dir}/etc/{name}')
        self.write('/etc/passwd', PASSWD)
        self.write('/etc/group', GROUP)
        self.write('/etc/subuid', SUBIDS)
        self.write('/etc/subgid', SUBIDS)
        if self.kind != 'packaged':
            self.put(self.kind)
        return self

    def put(self, kind, flags=0, names=TOOLS):
        """Our tools over those that are there.  flags: of the mount."""
        self.forget_mounts()
        for name in names:
            target = f'{self.dir}/usr/bin/{name}'
            source = f'{self.tools.dir}/{kind}/{name}'
            sandbox.mount(source if os.path.exists(source) else f'{self.dir}/dev/null', target,
                          'none', sandbox.MS_BIND)
            if flags:
                sandbox.mount('none', target, 'none',
                              sandbox.MS_BIND | sandbox.MS_REMOUNT | flags)

    def __exit__(self, *_):
        for child in self.children:
            child.end()
        self.end_all()
        self.forget_mounts()
        if self.container is not None:
            os.close(self.container)
        libc.umount2(self.dir.encode(), sandbox.MNT_DETACH)
        os.rmdir(self.dir)

    def end_all(self):
        """What a case left running: we are pid 1 of a namespace and see nobody else's."""
        demand(os.getpid() == 1, 'no pid namespace of our own')
        while True:
            left = [int(name) for name in os.listdir(f'{self.dir}/proc')
                    if name.isdigit() and name != '1']
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                if not left:
                    return

    # --- files

    def write(self, path, text, user='root', mode=0o644):
        os.makedirs(os.path.dirname(self.dir + path), exist_ok=True)
        with open(self.dir + path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(self.dir + path, mode)
        os.chown(self.dir + path, *IDS[user])

    def rows(self, text):
        """The sub-ids of both kinds."""
        self.write('/etc/subuid', text)
        self.write('/etc/subgid', text)

    def setting(self, line):
        with open(f'{self.dir}/etc/login.defs', 'a', encoding='utf-8') as file:
            file.write(line + '\n')

    # --- processes

    def make_mounts(self):
        """The mount namespace whose root is the place.  A chroot would not do: who sits in one may
        make no user namespace."""
        if self.mounts is not None:
            return
        ready, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            sandbox.enter_root(self.dir, True)
            os.write(told, b'.')
            signal.pause()
        os.close(told)
        os.read(ready, 1)
        os.close(ready)
        self.mounts = os.open(f'{self.dir}/proc/{pid}/ns/mnt', os.O_RDONLY)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def forget_mounts(self):
        """What is mounted from now on is seen by who begins from now on."""
        if self.mounts is not None:
            os.close(self.mounts)
            self.mounts = None

    def contain(self, rows):
        """From now on everything runs in a user namespace with these rows of uids and gids."""
        holder = Target(self, 'root')
        for name in ('uid_map', 'gid_map'):
            with open(f'{self.dir}/proc/{holder.pid}/{name}', 'w', encoding='ascii') as file:
                file.write(rows)
        self.container = os.open(f'{self.dir}/proc/{holder.pid}/ns/user', os.O_RDONLY)

    def become(self, user, gid=None, groups=None, first=None):
        """In a child: into the place, with no rights but the user's.  first: what is done as root
        before that, in mounts of its own."""
        sandbox.check(libc.setns(self.mounts, CLONE_NEWNS), 'setns')
        if first:
            sandbox.check(libc.unshare(CLONE_NEWNS), 'unshare')
            first()
        if self.container is not None:
            sandbox.check(libc.setns(self.container, CLONE_NEWUSER), 'setns')
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGALRM, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.umask(0o022)
        uid, own = IDS[user]
        gid = own if gid is None else gid
        os.setgroups(GROUPS.get(user, []) if groups is None else groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)

    def start(self, argv, user='alice', path=None, env=None, prepare=None, closed=(), gid=None,
              groups=None, first=None, stdin=None, output=None):
        """A program of the place; finish() gives how it ended."""
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()

        def function():
            nowhere = os.open('/dev/null', os.O_RDWR)
            os.dup2(nowhere if stdin is None else stdin, 0)
            os.dup2(out.fileno() if output is None else output, 1)
            os.dup2(err.fileno() if output is None else output, 2)
            if prepare:
                prepare()
            for number in closed:
                os.close(number)
            execute(path or f'/usr/bin/{argv[0]}', argv, ENV if env is None else env)

        child = Child(self, user, function, gid, groups, first)
        child.files = out, err
        return child

    def finish(self, child):
        status = child.wait()
        texts = []
        for file in child.files:
            file.seek(0)
            texts.append(file.read().decode('utf-8', 'replace'))
            file.close()
        return Done(status, *texts)

    def call(self, *argv, **more):
        return self.finish(self.start([str(word) for word in argv], **more))


def execute(path, argv, env):
    """execve(2) itself: python would refuse an empty argv."""
    words = (ctypes.c_char_p * (len(argv) + 1))(*[word.encode() for word in argv], None)
    pairs = (ctypes.c_char_p * (len(env) + 1))(*[f'{key}={value}'.encode()
                                                 for key, value in env.items()], None)
    libc.execve(path.encode(), words, pairs)
    number = ctypes.get_errno()
    raise OSError(number, f'{path}: {os.strerror(number)}')


def until(what, *said):
    """Wait for something that must come."""
    end = time.monotonic() + SECONDS
    while not what():
        demand(time.monotonic() < end, 'it does not come:', *said)
        time.sleep(0.002)
