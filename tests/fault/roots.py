# SPDX-License-Identifier: BSD-3-Clause
"""The small roots that the cases begin with, and the chroots around them."""
import contextlib
import ctypes
import os
import shutil
import stat
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
# The same packages as the peer layer: one cached root serves both.
PACKAGES = ['passwd', 'login', 'uidmap', 'adduser']
CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x20000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PASSWD = '''root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
old:x:1000:1000:Old User:/home/old:/bin/sh
other:x:1001:1001::/home/other:/bin/sh
'''
SHADOW = '''root:*:19000:0:99999:7:::
daemon:*:19000:0:99999:7:::
mail:*:19000:0:99999:7:::
old:$6$salt$hash:19000:0:99999:7:::
other:!:19000:0:99999:7:::
'''
GROUP = '''root:x:0:
daemon:x:1:
mail:x:8:
staff:x:50:old
users:x:100:
audio:x:29:other,old
old:x:1000:
other:x:1001:
empty:x:1002:
'''
GSHADOW = '''root:*::
daemon:*::
mail:*::
staff:*:old:old
users:*::
audio:*::other,old
old:!::
other:!::
empty:!::
'''
RANGES = 'old:100000:65536\nother:165536:65536\n'
LOGIN_DEFS = '''MAIL_DIR /var/mail
UMASK 022
PASS_MAX_DAYS 99999
PASS_MIN_DAYS 0
PASS_WARN_AGE 7
UID_MIN 1000
UID_MAX 60000
GID_MIN 1000
GID_MAX 60000
SUB_UID_MIN 100000
SUB_UID_MAX 600100000
SUB_UID_COUNT 65536
SUB_GID_MIN 100000
SUB_GID_MAX 600100000
SUB_GID_COUNT 65536
USERGROUPS_ENAB yes
ENCRYPT_METHOD SHA512
'''

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def mount(source, target, kind, flags, data=''):
    check(libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags),
                     data.encode()), f'mount {target}')


def unmount(target):
    check(libc.umount2(target.encode(), MNT_DETACH), f'unmount {target}')


def enter():
    """Go on in a child with mounts and pids of its own; the caller's process waits for it.

    A tool that looks through /proc for a user's processes then finds few, and always the same.
    """
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID), 'unshare')
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
    mount('none', '/', 'none', MS_REC | MS_PRIVATE)
    mount('proc', '/proc', 'proc', 0)
    # Who finds no getrandom(2) makes the same salts in every run.
    mount('/dev/zero', '/dev/urandom', 'none', MS_BIND)


def private_network():
    """No audit, and a log socket that holds more lines than one run makes."""
    check(libc.unshare(CLONE_NEWNET), 'unshare')
    with open('/proc/sys/net/unix/max_dgram_qlen', 'w', encoding='utf-8') as file:
        file.write('1000')


def write(path, text, mode=0o644, owner=(0, 0)):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)
    os.chown(path, *owner)


def make_full(where):
    """Two ordinary users; `old` has groups, ranges, a home with files and a mail spool."""
    for name, text in (('passwd', PASSWD), ('group', GROUP), ('subuid', RANGES),
                       ('subgid', RANGES), ('login.defs', LOGIN_DEFS)):
        write(f'{where}/etc/{name}', text)
    write(f'{where}/etc/shadow', SHADOW, 0o640, (0, 42))
    write(f'{where}/etc/gshadow', GSHADOW, 0o640, (0, 42))
    write(f'{where}/etc/default/useradd', 'SHELL=/bin/sh\nCREATE_MAIL_SPOOL=yes\n')
    write(f'{where}/etc/skel/.profile', 'umask 022\n')
    write(f'{where}/etc/skel/.config/settings', 'a=b\n')
    os.symlink('.profile', f'{where}/etc/skel/.login')
    os.makedirs(f'{where}/home/other')
    write(f'{where}/home/old/file', 'data\n', 0o600)
    write(f'{where}/home/old/sub/deeper', 'more data\n')
    os.symlink('file', f'{where}/home/old/link')
    os.makedirs(f'{where}/var/mail')
    write(f'{where}/var/mail/old', 'mail\n', 0o660, (1000, 8))
    for name in ('', '/file', '/link', '/sub', '/sub/deeper'):
        os.chown(f'{where}/home/old{name}', 1000, 1000, follow_symlinks=False)
    os.chown(f'{where}/home/other', 1001, 1001)


def make_bare(where):
    """An image of only passwd and group, without shadow files and without sub-id files."""
    make_full(where)
    for name in ('shadow', 'gshadow', 'subuid', 'subgid'):
        os.unlink(f'{where}/etc/{name}')


def make_linked(where):
    """The account files are symbolic links into another directory."""
    make_full(where)
    os.mkdir(f'{where}/state')
    for name in ('passwd', 'shadow', 'group', 'gshadow'):
        os.rename(f'{where}/etc/{name}', f'{where}/state/{name}')
        os.symlink(f'../state/{name}', f'{where}/etc/{name}')


def add_lines(path, text):
    with open(path, 'a', encoding='utf-8') as file:
        file.write(text)


def make_ranges(where):
    """Rows of one owner that adjoin, by name and by uid; `other` has none."""
    make_full(where)
    for name in ('subuid', 'subgid'):
        write(f'{where}/etc/{name}',
              'old:100000:1000\n1000:101000:1000\nold:102000:64000\nold:400000:10\n')


def make_marked(where):
    """No id is to be given again; all that are used have marks."""
    make_full(where)
    add_lines(f'{where}/etc/login.defs', 'ID_NO_REUSE yes\n')
    write(f'{where}/etc/idmarks', '# marks\nuid:0:2\nuid:8:1\nuid:1000:4\n'
                                  'gid:0:2\ngid:8:1\ngid:29:1\ngid:50:1\ngid:100:1\n'
                                  'gid:1000:5\nsubuid:100000:131072\nsubgid:100000:131072\n')


def make_unmarked(where):
    """The same, and no mark yet."""
    make_marked(where)
    os.unlink(f'{where}/etc/idmarks')


def make_faulty(where):
    """What pwck and grpck repair by themselves, in each file; nobody's login hangs on it."""
    make_full(where)
    for name, text in (('passwd', 'lost:$5$a$b:1004:100::/home/lost:/bin/sh\n'
                                  'other:x:1001:1001::/home/other:/bin/sh\n'),
                       ('shadow', 'ghost:!:19000::::::\nmail:*:19000:0:99999:7:::\n'),
                       ('group', 'fresh:!:1003:other\nempty:x:1002:\n'),
                       ('gshadow', 'ghost:!::\nempty:!::\n')):
        with open(f'{where}/etc/{name}', 'a', encoding='utf-8') as file:
            file.write(text)
    write(f'{where}/etc/gshadow', (GSHADOW + 'ghost:!::\nempty:!::\n').replace(
        'audio:*::other,old', 'audio:*::old'), 0o640, (0, 42))


def make_shuffled(where):
    """The rows of passwd and group are not in the order of their ids; those of the others are."""
    make_full(where)
    rows = PASSWD.splitlines(True)
    write(f'{where}/etc/passwd', ''.join(rows[number] for number in (3, 1, 0, 4, 2)))
    names = [row.split(':')[0] for row in sorted(GROUP.splitlines(),
                                                 key=lambda row: int(row.split(':')[2]))]
    secret = {row.split(':')[0]: row for row in GSHADOW.splitlines(True)}
    write(f'{where}/etc/gshadow', ''.join(secret[name] for name in names), 0o640, (0, 42))


def make_large(where):
    """More than a mebibyte of rows that a tool does not touch, in few rows."""
    make_full(where)
    with open(f'{where}/etc/passwd', 'a', encoding='utf-8') as passwd, \
            open(f'{where}/etc/shadow', 'a', encoding='utf-8') as shadow:
        for number in range(40):
            passwd.write(f'big{number}:x:{5000 + number}:100:{"g" * 32768}:/:/bin/sh\n')
            shadow.write(f'big{number}:!:19000:0:99999:7:::\n')


def make_live(where, system):
    """As full, with what the packaged tools want to find in a chroot."""
    make_full(where)
    for name in ('pam.d', 'nsswitch.conf', 'ld.so.cache', 'security', 'shells'):
        source = f'{system}/etc/{name}'
        if os.path.isdir(source):
            shutil.copytree(source, f'{where}/etc/{name}', symlinks=True)
        elif os.path.exists(source):
            shutil.copy2(source, f'{where}/etc/{name}')


def make_offered(where):
    """Two files that are to take the place of others."""
    make_full(where)
    write(f'{where}/new/passwd', PASSWD.replace('Old User', 'Offered'))
    write(f'{where}/new/gshadow', GSHADOW.replace('staff:*:', 'staff:!:'))


# Of a base tree by its name.
MAKERS = {'full': make_full, 'bare': make_bare, 'linked': make_linked, 'large': make_large,
          'bound': make_full, 'faulty': make_faulty, 'faulty-bound': make_faulty,
          'shuffled': make_shuffled, 'shuffled-bound': make_shuffled,
          'offered': make_offered, 'ranges': make_ranges, 'marked': make_marked,
          'unmarked': make_unmarked, 'marked-bound': make_marked}


class Roots:
    """Base trees by name, work directories, and a system to chroot into, all in memory."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.bases = {}
        self.lock = threading.Lock()
        self.mounts = []
        mount('fault', scratch, 'tmpfs', 0, 'mode=755')
        self.mounts.append(scratch)
        self.system = f'{scratch}/system'
        self.has_system = False

    def base(self, name):
        with self.lock:
            if name not in self.bases:
                where = f'{self.scratch}/base-{name}'
                os.mkdir(where)
                if name == 'live':
                    make_live(where, self.system)
                else:
                    MAKERS[name](where)
                self.bases[name] = where
            return self.bases[name]

    def unpack_system(self, suite):
        subprocess.run([f'{TOP}/tests/lib/base-root', suite, self.system] + PACKAGES, check=True)
        self.has_system = True
        private_network()

    def work(self, number, build=None):
        """A work directory that can be a chroot too: /usr of the system, /build, /dev, /proc."""
        where = f'{self.scratch}/work-{number}'
        os.mkdir(where)
        if not self.has_system:
            return where
        for name in ('bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'):
            if os.path.islink(f'{self.system}/{name}'):
                os.symlink(os.readlink(f'{self.system}/{name}'), f'{where}/{name}')
        self.bind(f'{self.system}/usr', f'{where}/usr')
        if build:
            self.bind(build, f'{where}/build')
        os.mkdir(f'{where}/dev')
        for name, minor in (('null', 3), ('zero', 5), ('urandom', 5)):
            os.mknod(f'{where}/dev/{name}', 0o666 | stat.S_IFCHR, os.makedev(1, minor))
            os.chmod(f'{where}/dev/{name}', 0o666)
        os.mkdir(f'{where}/tmp', 0o1777)
        os.mkdir(f'{where}/proc')
        mount('proc', f'{where}/proc', 'proc', 0)
        self.mounts.append(f'{where}/proc')
        return where

    def bind_back(self, where, number):
        """The work directory as /wNUMBER of the system, for tools that run there with -P."""
        os.mkdir(f'{self.system}/w{number}')
        mount(where, f'{self.system}/w{number}', 'none', MS_BIND)
        self.mounts.append(f'{self.system}/w{number}')

    def bind(self, source, target):
        os.mkdir(target)
        mount(source, target, 'none', MS_BIND)
        mount('none', target, 'none', MS_BIND | MS_REMOUNT | MS_RDONLY)
        self.mounts.append(target)

    @contextlib.contextmanager
    def bound(self, where, base='bound'):
        """In it etc/passwd of the work directory is a mount point, as container engines make it."""
        self.reset(base, where)
        source = f'{where}.passwd'
        write(source, '')
        mount(source, f'{where}/etc/passwd', 'none', MS_BIND)
        try:
            yield
        finally:
            unmount(f'{where}/etc/passwd')

    def reset(self, name, where):
        """What tree_reset of the runner does, for cases that are driven from here."""
        for entry in os.listdir(self.base(name)):
            path = f'{where}/{entry}'
            if os.path.lexists(path):
                shutil.rmtree(path)
            subprocess.run(['cp', '-a', f'{self.base(name)}/{entry}', path], check=True)

    def close(self):
        for target in reversed(self.mounts):
            unmount(target)
