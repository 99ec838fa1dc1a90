# SPDX-License-Identifier: BSD-3-Clause
"""A throw-away Debian root with real bits, real PAM and accounts; whose tools: packaged, ours with
PAM, ours without.

A worker calls sandbox.enter() and makes one Tools; each case gets a Place of its own.
"""
import fcntl
import os
import pickle
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f'{TOP}/tests/peer')
import sandbox
import people

SETUID = ('passwd', 'chfn', 'chsh', 'gpasswd', 'newgrp')
SETGID_SHADOW = ('chage', 'expiry')
PLAIN = ('chpasswd', 'chgpasswd', 'newusers', 'vipw')
BUILDS = {
    'pam': os.environ.get('BUILD', f'{TOP}/build/debian12'),
    'bare': os.environ.get('BUILD_BARE', f'{TOP}/build/bare'),
}
SHADOW_GID = 42
DEVICES = (('null', 1, 3), ('zero', 1, 5), ('full', 1, 7), ('random', 1, 8), ('urandom', 1, 9),
           ('tty', 5, 0))
F_OFD_SETLK = 37
TOOL_PATH = {**{name: f'/usr/bin/{name}' for name in SETUID + SETGID_SHADOW + ('sg',)},
             **{name: f'/usr/sbin/{name}' for name in PLAIN}}


class Wrong(Exception):
    """What a case found."""


class Unable(Exception):
    """Why a case cannot be tried on this machine."""


def demand(truth, *said):
    if not truth:
        raise Wrong(' '.join(str(word) for word in said))


class Tools:
    """Copies of the built tools with their bits, on a file system that heeds them."""

    def __init__(self, scratch):
        self.dir = f'{scratch}/tools.{os.getpid()}'
        self.dir = os.path.realpath(self.dir)
        os.makedirs(self.dir, exist_ok=True)
        sandbox.mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        for kind, build in BUILDS.items():
            os.mkdir(f'{self.dir}/{kind}')
            for name in SETUID + SETGID_SHADOW + PLAIN:
                self.copy(f'{build}/src/{name}', f'{self.dir}/{kind}/{name}', name)

    @staticmethod
    def copy(source, target, name):
        if not os.path.exists(source):
            return
        shutil.copyfile(source, target)
        os.chown(target, 0, SHADOW_GID if name in SETGID_SHADOW else 0)
        os.chmod(target, 0o4755 if name in SETUID else 0o2755 if name in SETGID_SHADOW else 0o755)


class Place:
    def __init__(self, base, pristine, tools, kind):
        self.base, self.pristine, self.tools, self.kind = base, pristine, tools, kind
        self.log, self.talks, self.user_groups = [], [], {}

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix='root.', dir=os.path.dirname(self.pristine))
        sandbox.mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        subprocess.run(['cp', '-a', f'{self.pristine}/.', self.dir], check=True)
        for name in sandbox.LINKS:
            if os.path.islink(f'{self.base}/{name}'):
                os.symlink(os.readlink(f'{self.base}/{name}'), f'{self.dir}/{name}')
        for name in ('usr', 'proc', 'dev'):
            os.mkdir(f'{self.dir}/{name}')
        usr = f'{self.dir}/usr'
        sandbox.mount(f'{self.base}/usr', usr, 'none', sandbox.MS_BIND)
        sandbox.mount('none', usr, 'none',
                      sandbox.MS_BIND | sandbox.MS_REMOUNT | sandbox.MS_RDONLY)
        sandbox.mount('proc', f'{self.dir}/proc', 'proc', 0)
        self.make_devices()
        if self.kind != 'packaged':
            self.put_ours()
            people.settings_of(self.kind, self.dir)
        self.start = self.snapshot()
        return self

    def make_devices(self):
        root = f'{self.dir}/dev'
        for name, major, minor in DEVICES:
            os.mknod(f'{root}/{name}', 0o666 | stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(f'{root}/{name}', 0o666)
        os.mkdir(f'{root}/pts')
        sandbox.mount('none', f'{root}/pts', 'devpts', 0, 'newinstance,ptmxmode=0666,mode=620')
        os.symlink('pts/ptmx', f'{root}/ptmx')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        # The path may be too long for a socket address: go there by a descriptor.
        fd = os.open(root, os.O_PATH | os.O_DIRECTORY)
        self.socket.bind(f'/proc/self/fd/{fd}/log')
        os.close(fd)
        os.chmod(f'{root}/log', 0o666)

    def put_ours(self):
        """Over the packaged tools.  Those that are not built are not there at all."""
        for name in SETUID + SETGID_SHADOW + PLAIN:
            source = f'{self.tools.dir}/{self.kind}/{name}'
            if not os.path.exists(source):
                source = f'{self.dir}/dev/null'
            sandbox.mount(source, self.dir + TOOL_PATH[name], 'none', sandbox.MS_BIND)

    def __exit__(self, *_):
        for talk in self.talks:
            talk.end()
        self.end_all()
        self.socket.close()
        for name in ('usr', 'dev/pts', 'proc', ''):
            sandbox.libc.umount2(f'{self.dir}/{name}'.encode(), sandbox.MNT_DETACH)
        os.rmdir(self.dir)

    def left_running(self):
        """We are pid 1 of our own namespace: nobody else's process is seen."""
        demand(os.getpid() == 1, 'no pid namespace of our own')
        return [int(name) for name in os.listdir(f'{self.dir}/proc')
                if name.isdigit() and name != '1']

    def end_all(self):
        """What a case left running, one by one; until there is none."""
        while True:
            for pid in self.left_running():
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def said(self):
        """All lines of the log so far."""
        while True:
            try:
                self.log.append(sandbox.decode(self.socket.recv(65536)))
            except BlockingIOError:
                return self.log

    # --- files

    def read(self, path):
        with open(self.dir + path, encoding='utf-8', errors='surrogateescape') as file:
            return file.read()

    def write(self, path, text, user=None, mode=0o644):
        os.makedirs(os.path.dirname(self.dir + path), exist_ok=True)
        with open(self.dir + path, 'w', encoding='utf-8', errors='surrogateescape') as file:
            file.write(text)
        os.chmod(self.dir + path, mode)
        if user:
            os.chown(self.dir + path, *people.ids(user))

    def row(self, table, name):
        """The fields of the first row of that name."""
        for line in self.read(f'/etc/{table}').splitlines():
            if line.split(':')[0] == name:
                return line.split(':')
        return None

    def snapshot(self):
        """Everything in /etc: path -> (mode, owner, content)."""
        found = {}
        for where, _, names in os.walk(f'{self.dir}/etc'):
            for name in names:
                path = f'{where}/{name}'
                info = os.lstat(path)
                content = b''
                if stat.S_ISREG(info.st_mode):
                    with open(path, 'rb') as file:
                        content = file.read()
                found[path[len(self.dir):]] = (info.st_mode, info.st_uid, info.st_gid, content)
        found.pop('/etc/.pwd.lock', None)
        return found

    def changed(self, start=None):
        """Names of files in /etc that are not as before, but for backups."""
        before, now = start or self.start, self.snapshot()
        paths = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        return sorted(path[len('/etc/'):] for path in paths if not self.is_backup(path))

    @staticmethod
    def is_backup(path):
        return re.fullmatch(r'/etc/(passwd|shadow|group|gshadow|subuid|subgid)-', path)

    def unchanged(self, start=None):
        changed = self.changed(start)
        demand(not changed, 'changed:', *changed)
        self.free()

    def only(self, *tables):
        """These tables changed and nothing else."""
        demand(self.changed() == sorted(tables), 'changed:', *self.changed(), '- wanted:', *tables)
        self.free()

    def free(self):
        """No lock, no temporary file, no journal; nobody holds .pwd.lock."""
        left = [name for name in os.listdir(f'{self.dir}/etc')
                if re.search(r'\.lock$|\.\d+$|\+$|\.edit$|journal', name) and name != '.pwd.lock']
        demand(not left, 'left in /etc:', *left)
        path = f'{self.dir}/etc/.pwd.lock'
        if os.path.exists(path):
            with open(path, 'r+b') as file:
                try:
                    fcntl.fcntl(file, F_OFD_SETLK,
                                struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))
                except OSError as error:
                    raise Wrong('somebody holds .pwd.lock') from error

    # --- processes

    def groups_of(self, user):
        return [int(line.split(':')[2]) for line in self.read('/etc/group').splitlines()
                if user in line.split(':')[3].split(',')]

    def become(self, user):
        """In a child: the root is this place, and there are no rights but the user's."""
        os.chroot(self.dir)
        os.chdir('/')
        os.umask(0o022)
        if user != 'root':
            uid, gid = people.ids(user)
            os.setgroups([])
            os.setresgid(gid, gid, gid)
            os.setgroups(self.user_groups.get(user, []))
            os.setresuid(uid, uid, uid)
            os.chdir(people.HOME.get(user, '/'))

    def prepare_user(self, user):
        self.user_groups = {user: self.groups_of(user)}

    def as_user(self, user, function, *args):
        """What the function returns when that user calls it in the place."""
        self.prepare_user(user)
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                self.become(user)
                answer = function(*args)
            except BaseException as error:
                answer = error
            os.write(write_end, pickle.dumps(answer))
            os._exit(0)
        os.close(write_end)
        with open(read_end, 'rb') as file:
            content = file.read()
        os.waitpid(child, 0)
        answer = pickle.loads(content)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def control(self, line, user='root'):
        """A shell line that must work: the rest of the world, not what is tried."""
        def call():
            return subprocess.run(['/bin/sh', '-c', line], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=sandbox.ENV, check=False, timeout=60)
        done = self.as_user(user, call)
        demand(done.returncode == 0, f'{line}: {done.returncode} {done.stdout.decode()[-200:]}')
        return done.stdout.decode()


def make_pristine(base, target):
    """The mutable part of the system, with the people in it."""
    os.makedirs(target)
    for name in ('etc', 'home', 'root', 'run', 'srv', 'tmp', 'var/mail', 'var/log', 'var/tmp'):
        os.makedirs(f'{target}/{name}', exist_ok=True)
    subprocess.run(['cp', '-a', f'{base}/etc', target], check=True)
    for junk in ('alternatives', 'apt', 'dpkg', 'ssl', 'systemd', 'init.d', 'cron.daily',
                 'rc0.d', 'rc1.d', 'rc2.d', 'rc3.d', 'rc4.d', 'rc5.d', 'rc6.d', 'rcS.d'):
        shutil.rmtree(f'{target}/etc/{junk}', ignore_errors=True)
    os.chmod(f'{target}/tmp', 0o1777)
    os.chmod(f'{target}/var/tmp', 0o1777)
    people.settle(target)

