# SPDX-License-Identifier: BSD-3-Clause
"""One throw-away root: a tmpfs with copies of what tools may change, and /usr read-only.

Call enter() once per worker process: it moves the process into mount and pid namespaces of its
own.  Then, for each case, `with Root(base, pristine) as root:` gives a fresh root; root.run()
runs one shell line in it and returns status, output and log lines; root.tree() returns what lies
in it.  Everything is gone at the end of the with block.  Needs root.
"""
import ctypes
import hashlib
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

import secrets_seen
import terminal

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID = 0x00020000, 0x04000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 32, 4096, 16384, 1 << 18)
MNT_DETACH = 2
EPOCH = 1700000000          # the clock of tools that honour SOURCE_DATE_EPOCH: day 19675
OLD = 1577836800            # the time of files that were there before the case
SHARED = ('usr',)           # read-only, the same for all cases
LINKS = ('bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32')
DEVICES = (('null', 1, 3), ('zero', 1, 5), ('full', 1, 7), ('random', 1, 8), ('urandom', 1, 9),
           ('tty', 5, 0))
SKIPPED = ('proc', 'sys', 'dev', 'usr') + LINKS
FACILITY = {0: 'kern', 1: 'user', 4: 'auth', 10: 'authpriv'}
PRIORITY = ('emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug')
ENV = {
    'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME': '/root', 'LC_ALL': 'C', 'SOURCE_DATE_EPOCH': str(EPOCH),
    'DEBIAN_FRONTEND': 'noninteractive', 'PERL_HASH_SEED': '0',
}
LIMIT = 60                  # seconds for one line
CONTENT = 1 << 16           # larger files are compared by their hash

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def mount(source, target, kind, flags, data=''):
    check(libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags),
                     data.encode()), f'mount {target}')


def enter():
    """Go on in a child that is pid 1 of its own namespaces; the caller's process waits for it."""
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS), 'unshare')
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
    mount('none', '/', 'none', MS_REC | MS_PRIVATE)
    socket.sethostname('peer')


def enter_root(path, pivot):
    """By chroot(2), or as the root of a mount namespace."""
    if not pivot:
        os.chroot(path)
        os.chdir('/')
        return
    check(libc.unshare(CLONE_NEWNS), 'unshare')
    os.chdir(path)
    check(libc.pivot_root(b'.', b'.'), 'pivot_root')
    check(libc.umount2(b'.', MNT_DETACH), 'umount')
    os.chdir('/')


def decode(datagram):
    """<86>Nov 14 22:13:20 useradd[7]: text -> authpriv.info useradd[]: text"""
    text = datagram.decode('utf-8', 'surrogateescape').rstrip('\0\n')
    found = re.match(r'<(\d+)>(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?(.*)', text, re.S)
    if not found:
        return text
    number = int(found[1])
    facility = FACILITY.get(number >> 3, str(number >> 3))
    body = re.sub(r'^([^\s\[]+)\[\d+\]:', r'\1[]:', found[2])
    return f'{facility}.{PRIORITY[number & 7]} {body}'


def fold(text):
    """Usage texts are each suite's own, process ids vary: only that they are there is compared."""
    text = re.sub(r'(?<=by PID )\d+|(?<=/proc/)\d+|'
                  r'(?<=arget )\d+|(?<=[Pp]rocess )\d+', 'N', text)
    return re.sub(r'^Usage: .*', '<usage>\n', text, flags=re.S | re.M)


def describe(path, info, before):
    """What of one file is compared."""
    kind = {stat.S_IFREG: 'file', stat.S_IFDIR: 'dir', stat.S_IFLNK: 'link', stat.S_IFIFO: 'fifo',
            stat.S_IFSOCK: 'socket', stat.S_IFCHR: 'char', stat.S_IFBLK: 'block'}
    fact = {'type': kind[stat.S_IFMT(info.st_mode)], 'owner': f'{info.st_uid}:{info.st_gid}'}
    if fact['type'] == 'link':
        fact['target'] = os.readlink(path)
    else:
        fact['mode'] = f'{stat.S_IMODE(info.st_mode):04o}'
    if fact['type'] in ('char', 'block'):
        fact['device'] = f'{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}'
    if fact['type'] == 'file':
        fact['links'] = info.st_nlink
        fact['time'] = 'new' if info.st_mtime >= before else int(info.st_mtime)
        if info.st_size > 4096 and info.st_blocks * 512 < info.st_size:
            fact['sparse'] = True
        with open(path, 'rb') as file:
            if info.st_size <= CONTENT:
                fact['content'] = file.read().decode('utf-8', 'surrogateescape')
                if path.endswith('.lock'):
                    fact['content'] = re.sub(r'^\d+\0$', 'PID', fact['content'])
            else:
                fact['size'] = info.st_size
                fact['hash'] = hashlib.file_digest(file, 'sha256').hexdigest()
    for name in os.listxattr(path, follow_symlinks=False):
        if not name.startswith('security.selinux'):
            fact[f'xattr {name}'] = os.getxattr(path, name, follow_symlinks=False).hex()
    return fact


class Root:
    def __init__(self, base, pristine):
        """base: the unpacked system; pristine: the mutable part that each case starts from."""
        self.base, self.pristine = base, pristine
        self.sockets = {}
        self.pivot = False      # the next line's process gets a mount namespace

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix='root.', dir=os.path.dirname(self.pristine))
        mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        subprocess.run(['cp', '-a', f'{self.pristine}/.', self.dir], check=True)
        for name in LINKS:
            if os.path.islink(f'{self.base}/{name}'):
                os.symlink(os.readlink(f'{self.base}/{name}'), f'{self.dir}/{name}')
        for name in SHARED + ('proc', 'sys', 'dev'):
            os.makedirs(f'{self.dir}/{name}', exist_ok=True)
        for name in SHARED:
            target = f'{self.dir}/{name}'
            mount(f'{self.base}/{name}', target, 'none', MS_BIND)
            mount('none', target, 'none', MS_BIND | MS_REMOUNT | MS_RDONLY)
        mount('proc', f'{self.dir}/proc', 'proc', 0)
        for name, major, minor in DEVICES:
            os.mknod(f'{self.dir}/dev/{name}', 0o666 | stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(f'{self.dir}/dev/{name}', 0o666)
        os.mkdir(f'{self.dir}/dev/pts')
        mount('devpts', f'{self.dir}/dev/pts', 'devpts', MS_NOSUID,
              'newinstance,ptmxmode=0666,mode=620,gid=5')
        return self

    def __exit__(self, *_):
        for heard in self.sockets.values():
            heard.close()
        for name in SHARED + ('proc', 'dev/pts', ''):
            libc.umount2(f'{self.dir}/{name}'.encode(), MNT_DETACH)
        os.rmdir(self.dir)

    def listen(self):
        """A log socket in the root, and in the target under it when there is one."""
        for where in ('', '/srv/t'):
            path = f'{self.dir}{where}/dev/log'
            if where in self.sockets or not os.path.isdir(os.path.dirname(path)):
                continue
            heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            # The path may be too long for a socket address: go there by a descriptor.
            fd = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
            heard.bind(f'/proc/self/fd/{fd}/log')
            os.close(fd)
            os.chmod(path, 0o666)
            self.sockets[where] = heard

    def heard(self):
        lines = []
        for heard in self.sockets.values():
            while True:
                try:
                    lines.append(decode(heard.recv(65536)))
                except BlockingIOError:
                    break
        return lines

    def ids(self, user):
        """uid, gid, groups and environment of an account of the root; None: root."""
        if user is None:
            return 0, 0, None, ENV
        with open(f'{self.dir}/etc/passwd', encoding='utf-8', errors='surrogateescape') as file:
            rows = [row.rstrip('\n').split(':') for row in file]
        name, _, uid, gid, _, home, shell = next(row for row in rows if row[0] == user)
        with open(f'{self.dir}/etc/group', encoding='utf-8', errors='surrogateescape') as file:
            rows = [row.rstrip('\n').split(':') for row in file]
        groups = [int(row[2]) for row in rows if len(row) == 4 and user in row[3].split(',')]
        env = {**ENV, 'HOME': home, 'USER': name, 'LOGNAME': name, 'SHELL': shell}
        return int(uid), int(gid), groups, env

    def start(self, line, user, **descriptors):
        """The shell line as a process in the root."""
        uid, gid, groups, env = self.ids(user)

        def inside():
            if 'slave' in descriptors:
                terminal.take_over()
            enter_root(self.dir, self.pivot)
            os.umask(0o022)
            if groups is not None:
                os.setgroups(groups)
                os.setgid(gid)
                os.setuid(uid)

        if 'slave' in descriptors:
            given = dict.fromkeys(('stdin', 'stdout', 'stderr'), descriptors['slave'])
        else:
            given = {'stdin': subprocess.DEVNULL, **descriptors}
        return subprocess.Popen(['/bin/sh', '-c', line], env=env, preexec_fn=inside,
                                start_new_session=True, **given)

    def run(self, line, user=None):
        """A line without a terminal."""
        self.listen()
        self.heard()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            log, status = self.wait(self.start(line, user, stdout=out, stderr=err))
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(fold(file.read().decode('utf-8', 'surrogateescape')))
        return {'line': line, 'status': status, 'stdout': texts[0], 'stderr': texts[1],
                'log': log}

    def talk(self, line, steps, user=None):
        """A line on a terminal, with the answers that somebody types."""
        self.listen()
        log = self.heard()[:0]
        with terminal.Terminal(self.dir, self.ids(user)[0]) as tty:
            child = self.start(line, user, slave=tty.slave)
            status = tty.talk(child, steps, lambda: log.extend(self.heard()))
            log += self.heard()
            return {'line': line, 'status': status, 'tty': fold(tty.text), 'left': tty.left(),
                    'log': log, 'steps': steps}

    def wait(self, child):
        """Take the log while the child runs: a full socket would stop it."""
        log, done = [], os.pidfd_open(child.pid)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ready = select.select([done, *self.sockets.values()], [], [], 1)[0]
            log += self.heard()
            if done in ready:
                break
        os.close(done)
        status = child.poll()
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        return log, 'timeout' if status is None else status

    def setup(self, line):
        done = self.run(line)
        if done['status'] != 0:
            sys.exit(f'setup line failed: {line}\n{done["stderr"]}')

    def tree(self, before, passwords=()):
        """What lies in the root; hashes of the passwords are written as such."""
        found = {}
        for where, dirs, files in os.walk(self.dir):
            if where == self.dir:
                dirs[:] = [name for name in dirs if name not in SKIPPED]
                files = [name for name in files if name not in SKIPPED]
            for name in dirs + files:
                path = os.path.join(where, name)
                info = os.lstat(path)
                if not stat.S_ISSOCK(info.st_mode):
                    found[path[len(self.dir):]] = describe(path, info, before)
        if passwords:
            secrets_seen.fold(found, passwords, before)
        return found


def make_pristine(base, target):
    """The mutable part of a system: all but what is shared, with an old time on each file."""
    os.makedirs(target)
    leave = ('boot', 'dev', 'proc', 'sys', 'usr') + LINKS
    for name in sorted(os.listdir(base)):
        if name not in leave:
            subprocess.run(['cp', '-a', f'{base}/{name}', target], check=True)
    for junk in ('var/lib', 'var/cache', 'etc/alternatives', 'etc/apt', 'etc/dpkg', 'etc/ssl'):
        shutil.rmtree(f'{target}/{junk}', ignore_errors=True)
    os.makedirs(f'{target}/var/lib')
    with Root(base, target) as root:
        with open(os.path.join(os.path.dirname(__file__), 'fixture'), encoding='utf-8') as script:
            root.setup(script.read())
        done = f'{target}.new'
        os.makedirs(done)
        for name in os.listdir(root.dir):
            if name not in SKIPPED:
                subprocess.run(['cp', '-a', f'{root.dir}/{name}', done], check=True)
    age(done)
    shutil.rmtree(target)
    os.rename(done, target)


def age(target):
    for where, dirs, files in os.walk(target):
        for name in dirs + files:
            os.utime(os.path.join(where, name), (OLD, OLD), follow_symlinks=False)
