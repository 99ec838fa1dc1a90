# SPDX-License-Identifier: BSD-3-Clause
"""A throw-away system for real clients: a root of its own, so that user namespaces can be made.

A world is an overlay of a Debian root (and what lies over it) in mount, pid, uts, ipc and network
namespaces.  It is entered by pivot_root(2): the kernel lets nobody make a user namespace in a
chroot.  Only the loopback network is there.  World(layers).run(lines) answers with what each line
did and with the account files and homes as they are afterwards.  Needs root.
"""
import fcntl
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f'{os.path.dirname(HERE)}/peer')
import sandbox

CLONE_NEWIPC, CLONE_NEWNET = 0x08000000, 0x40000000
MS_SHARED = 1 << 20
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
SYS_PIVOT_ROOT = {'x86_64': 155, 'aarch64': 41}.get(os.uname().machine)
LIMIT = 400             # seconds for one line: a playbook on a busy machine
# Where what clients keep for themselves is not looked at.
PRIVATE = re.compile(r'/(home|root)/.*\.(local|config|cache|ansible)(/|$)')
WATCHED = re.compile(r'/(etc|home|root|srv/h|var/mail|var/lib/h|var/spool|'
                     r'var/log/(lastlog|faillog))(/|$)')


def make_devices(root):
    for name, major, minor in sandbox.DEVICES:
        os.mknod(f'{root}/{name}', 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(f'{root}/{name}', 0o666)
    for name in ('pts', 'shm'):
        os.mkdir(f'{root}/{name}')
    sandbox.mount('devpts', f'{root}/pts', 'devpts', sandbox.MS_NOSUID,
                  'newinstance,ptmxmode=0666,mode=620,gid=5')
    sandbox.mount('shm', f'{root}/shm', 'tmpfs', 0, 'mode=1777')
    os.symlink('pts/ptmx', f'{root}/ptmx')
    os.symlink('/proc/self/fd', f'{root}/fd')


def loopback_up():
    with sandbox.socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack('16sh', b'lo', IFF_UP))


def enter(root):
    """The directory becomes / of this process, with all that a system has mounted."""
    sandbox.mount('proc', f'{root}/proc', 'proc', 0)
    sandbox.mount('sysfs', f'{root}/sys', 'sysfs', 0)
    for name, options in (('dev', 'mode=755'), ('run', 'mode=755'), ('tmp', 'mode=1777')):
        sandbox.mount(name, f'{root}/{name}', 'tmpfs', 0, options)
    make_devices(f'{root}/dev')
    try:
        sandbox.mount('cgroup2', f'{root}/sys/fs/cgroup', 'cgroup2', 0)
    except OSError:
        pass            # podman does without
    os.chdir(root)
    os.makedirs('run/old')
    sandbox.check(sandbox.libc.syscall(SYS_PIVOT_ROOT, b'.', b'run/old'), 'pivot_root')
    os.chdir('/')
    sandbox.check(sandbox.libc.umount2(b'/run/old', sandbox.MNT_DETACH), 'umount')
    os.rmdir('/run/old')
    sandbox.mount('none', '/', 'none', sandbox.MS_REC | MS_SHARED)
    os.mkdir('/run/lock', 0o1777)
    loopback_up()


def person(name):
    """uid, gid, groups and environment of an account of the world."""
    def rows(table):
        with open(f'/etc/{table}', encoding='utf-8', errors='surrogateescape') as file:
            return [row.rstrip('\n').split(':') for row in file if row.count(':') > 2]
    _, _, uid, gid, _, home, shell = next(row for row in rows('passwd') if row[0] == name)
    groups = [int(row[2]) for row in rows('group') if name in row[3].split(',')]
    env = {**sandbox.ENV, 'HOME': home, 'USER': name, 'LOGNAME': name, 'SHELL': shell}
    del env['SOURCE_DATE_EPOCH']
    if name != 'root':
        env['XDG_RUNTIME_DIR'] = f'/run/user/{uid}'
        os.makedirs(env['XDG_RUNTIME_DIR'], exist_ok=True)
        os.chmod(env['XDG_RUNTIME_DIR'], 0o700)
        os.chown(env['XDG_RUNTIME_DIR'], int(uid), int(gid))
    return int(uid), int(gid), groups, env


def run_line(user, line):
    """What a shell line of that user says: its standard streams, in the order of writing."""
    uid, gid, groups, env = person(user)
    started = time.monotonic()

    def become():
        os.umask(0o022)
        os.setgroups(groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        os.chdir(env['HOME'] if uid and os.path.isdir(env['HOME']) else '/')

    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(['/bin/bash', '-c', line], env=env, preexec_fn=become,
                                 start_new_session=True, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT)
        try:
            status = child.wait(LIMIT)
        except subprocess.TimeoutExpired:
            status = 'too long'
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        out.seek(0)
        return {'user': user, 'line': line, 'status': status,
                'seconds': time.monotonic() - started,
                'out': out.read().decode('utf-8', 'surrogateescape')}


class World:
    def __init__(self, scratch, layers):
        """layers: directories, the uppermost first; none of them is changed."""
        self.layers = layers
        self.dir = tempfile.mkdtemp(prefix='world.', dir=scratch)

    def run(self, lines):
        """lines: [(user, line)].  {'lines': [...], 'files': {...}, 'seconds': N}"""
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            status = 1
            try:
                self.first(lines, write_end)
                status = 0
            finally:
                os._exit(status)
        os.close(write_end)
        with open(read_end, 'rb') as file:
            answer = file.read()
        os.waitpid(child, 0)
        os.rmdir(self.dir)
        if not answer:
            raise RuntimeError('the world came to no end')
        return json.loads(answer)

    def first(self, lines, out):
        """In a child: pid 1 of the world is its child again."""
        started = time.time()
        sandbox.check(sandbox.libc.unshare(
            sandbox.CLONE_NEWNS | sandbox.CLONE_NEWPID | sandbox.CLONE_NEWUTS | CLONE_NEWIPC
            | CLONE_NEWNET), 'unshare')
        pid = os.fork()
        if pid:
            os.close(out)
            os.waitpid(pid, 0)
            return
        sandbox.libc.prctl(1, signal.SIGKILL)
        sandbox.mount('none', '/', 'none', sandbox.MS_REC | sandbox.MS_PRIVATE)
        sandbox.socket.sethostname('world')
        sandbox.mount('none', self.dir, 'tmpfs', 0, 'mode=755')
        for name in ('upper', 'work', 'root'):
            os.mkdir(f'{self.dir}/{name}')
        root = f'{self.dir}/root'
        sandbox.mount('overlay', root, 'overlay', 0,
                      f'lowerdir={":".join(self.layers)},upperdir={self.dir}/upper,'
                      f'workdir={self.dir}/work')
        lower = [os.open(layer, os.O_PATH) for layer in self.layers]
        upper = os.open(f'{self.dir}/upper', os.O_PATH)
        enter(root)
        done = [run_line(*line) for line in lines]
        answer = {'lines': done, 'files': changed(upper, lower, started - 1),
                  'seconds': time.time() - started}
        with open(out, 'wb') as file:
            file.write(json.dumps(answer).encode())


def changed(upper, lower, since):
    """What of the watched trees is not as in the layers below; None: gone."""
    found, top = {}, f'/proc/self/fd/{upper}'
    for where, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(where, name)
            short = path[len(top):]
            if PRIVATE.search(short) or not WATCHED.match(short):
                continue
            info = os.lstat(path)
            if stat.S_ISSOCK(info.st_mode):
                continue
            below = next((f'/proc/self/fd/{fd}{short}' for fd in lower
                          if os.path.lexists(f'/proc/self/fd/{fd}{short}')), None)
            old = below and fact(below, since)
            gone = stat.S_ISCHR(info.st_mode) and info.st_rdev == 0
            new = None if gone else fact(path, since)
            if new != old:
                found[short] = new
    return found


def fact(path, since):
    told = sandbox.describe(path, os.lstat(path), since)
    return {key: value for key, value in told.items()
            if not key.startswith('xattr trusted.overlay.')}
