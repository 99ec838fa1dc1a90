# SPDX-License-Identifier: BSD-3-Clause
"""What cases on images share: our packages, a repository of them, images made by mmdebstrap, and
systems that start from an image.

    world.scratch               a directory that goes when all is done
    world.directory(name)       a new directory in it
    world.packages(suite)       the directory with our packages, built once
    world.repository(suite...)  a signed repository of them, whose users find it at file:/srv/ours
    world.image(suite, side)    a root made by mmdebstrap: `ours` from the first unpack, or `theirs`
    world.system(root)          a System: a copy of a root that commands are run in

Everything runs in mount namespaces of its own.  What is written there goes to an overlay that does
not wait for the disk, since dpkg asks for that after each file.
"""
import glob
import os
import shutil
import subprocess
import threading

import built
import place
import repository
from place import demand

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = place.TOP
URI = '/srv/ours'
NAME = 'shadow-portable'

# over LOWER DIR: an overlay at DIR/root, what is written in DIR/upper.
OVER = '''
over()
{
    mkdir -p "$2/upper" "$2/work" "$2/root"
    ! [ -d "$2/work/work/incompat" ] || rm -r "$2/work/work/incompat"
    what="lowerdir=$1,upperdir=$2/upper,workdir=$2/work"
    mount -t overlay -o "$what,volatile" overlay "$2/root" 2>/dev/null ||
        mount -t overlay -o "$what" overlay "$2/root"
}
'''

# $1: a directory for it, $2: what was downloaded before, $3: the repository; $4...: mmdebstrap and
# its arguments.  The root will be in $1/upper/image.
MAKE = OVER + '''
export DIR=$1 ARCHIVES=$2 OURS=$3
shift 3
mkdir "$DIR/empty"
over "$DIR/empty" "$DIR"
mkdir "$DIR/root/tmp"
TMPDIR=$DIR/root/tmp exec "$@"
'''

# Hooks of mmdebstrap; $1 is the root.  Nothing is downloaded twice.
SHARE = OVER + '''
over "$ARCHIVES" "$DIR/archives"
mkdir -p "$1/var/cache/apt/archives"
mount --bind "$DIR/archives/root" "$1/var/cache/apt/archives"
'''
UNSHARE = 'umount "$1/var/cache/apt/archives"'
# The repository that the first call of apt knows: ours and the pin, before anything is unpacked.
# It is there at the same path for apt outside and inside.
FIRST = '''
mkdir -p "$1/etc/apt/keyrings" "$1/etc/apt/preferences.d" "$1/etc/apt/sources.list.d" "$1/srv"
cp -r "$OURS" "$1/srv/ours"
cp "$OURS/shadow-portable.pref" "$1/etc/apt/preferences.d/"
cp "$OURS/shadow-portable.gpg" "$1/etc/apt/keyrings/"
echo "deb [signed-by=$OURS/shadow-portable.gpg] copy:$OURS $SUITE main" \\
    >"$1/etc/apt/sources.list.d/shadow-portable.list"
'''
# Then the image has what the page of the repository says.
AFTER = '''
rm "$1/etc/apt/sources.list.d/shadow-portable.list"
cp "$OURS/shadow-portable-$SUITE.sources" \\
    "$1/etc/apt/sources.list.d/shadow-portable.sources"
'''
LOG = 'cp "$1/var/log/dpkg.log" "$DIR/dpkg.log"'

# $1: the base, $2: the directory of the copy, $3: what was downloaded, $4: what is run in it.
ENTER = OVER + '''
over "$1" "$2"
root=$2/root
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/var/cache/apt/archives"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
[ -c "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
over "$3" "$2/archives"
mount --bind "$2/archives/root" "$root/var/cache/apt/archives"
cd "$root"
mkdir -p run/old
pivot_root . run/old
exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \\
    DEBIAN_FRONTEND=noninteractive TERM=dumb \\
    /bin/bash -ec 'umount -l /run/old; rmdir /run/old; eval "$1"' bash "$4"
'''
# An image that an ordinary user makes in such a system; SUITE and OURS are in the environment.
UNPRIVILEGED = '''
useradd -m builder
grep -q ^builder: /etc/subuid
chown builder /srv/made
SUITE=%s OURS=%s
export SUITE OURS
exec setpriv --reuid builder --regid builder --init-groups env HOME=/home/builder \\
    TMPDIR=/srv/made mmdebstrap --mode=unshare --variant=minbase \\
    --skip=cleanup/apt/lists %s "$SUITE" /srv/made/image.tar
'''
# The loopback network, which SIOCSIFFLAGS turns on.
LOOPBACK = """/usr/bin/python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))'
"""
LOOK = OVER + 'over "$1" "$2"; exec /usr/bin/python3 "$3" "$2/root"'


def inside(script, *arguments, network=False, text=''):
    """(status, what was said) of a script in namespaces of its own, by default with no network
    but the loopback."""
    spaces = ['--mount', '--pid', '--ipc', '--uts', '--fork']
    if not network:
        spaces, script = spaces + ['--net'], LOOPBACK + script
    done = subprocess.run(['unshare', *spaces, '/bin/sh', '-ec', script, 'sh', *arguments],
                          input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


class System:
    """A copy of a root.  What is written stays from command to command."""

    def __init__(self, base, where, archives):
        self.base, self.where, self.archives = base, where, archives
        os.makedirs(where)

    def try_(self, script, network=False, text=''):
        """(status, what was said)"""
        answer = inside(ENTER, self.base, self.where, self.archives, script, network=network,
                        text=text)
        self.keep()
        return answer

    def run(self, script, network=False, text=''):
        """It must succeed."""
        status, said = self.try_(script, network, text)
        demand(status == 0, f'{script.strip()[:80]!r}: status {status}:', said.strip()[-1500:])
        return said

    def keep(self):
        keep(f'{self.where}/archives/upper', self.archives)

    def put(self, source, target):
        place.put(source, f'{self.where}/upper{target}')

    def look(self, program):
        """What a program of this machine, given the root, prints."""
        done = subprocess.run(['unshare', '--mount', '/bin/sh', '-ec', LOOK, 'sh', self.base,
                               self.where, program], stdout=subprocess.PIPE, check=True)
        return done.stdout.decode('utf-8', 'surrogateescape')

    def root(self):
        """What there is now, for another system to start from."""
        return f'{self.where}/upper:{self.base}'

    def end(self):
        shutil.rmtree(self.where)


def keep(new, archives):
    """Packages that were downloaded go to the cache, but for ours."""
    for path in glob.glob(f'{new}/*.deb'):
        name = os.path.basename(path)
        if os.path.isfile(path) and '5.0.0-1~deb' not in name:
            shutil.copy2(path, f'{archives}/.{os.getpid()}.{name}')
            os.rename(f'{archives}/.{os.getpid()}.{name}', f'{archives}/{name}')
            os.remove(path)


class World:
    def __init__(self, scratch):
        self.scratch = scratch
        self.made = {}
        self.count, self.lock = 0, threading.Lock()

    def directory(self, name):
        """A new one, whose name begins so."""
        with self.lock:
            self.count += 1
            where = f'{self.scratch}/{name}-{self.count}'
        os.mkdir(where)
        return where

    def once(self, key, make):
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def packages(self, suite):
        return self.once(('packages', suite), lambda: built.packages(suite))

    def repository(self, *suites):
        """For bookworm if nothing is said.  Each set of suites has its own."""
        suites = suites or ('bookworm',)

        def make():
            where = self.directory('repository')
            place.call(f'{TOP}/debian/make-repository', '--uri', f'file:{URI}', where,
                       *[self.packages(suite) for suite in suites])
            return where
        return self.once(('repository', suites), make)

    def archives(self, suite):
        """Where packages of the distribution that were downloaded are kept."""
        where = f'{place.CACHE}/archives-{suite}'
        os.makedirs(where, exist_ok=True)
        return where

    def image(self, suite, side, variant='minbase', *options):
        """A root in a directory; beside it dpkg's log.  Made once; nobody writes to it."""
        return self.once((suite, side, variant, *options),
                         lambda: self.make_image(suite, side, variant, options))

    def make_image(self, suite, side, variant, options):
        where = self.directory(f'{suite}-{variant}-{side}')
        ours = self.repository(suite) if side == 'ours' else ''
        hooks = {'--setup-hook': [SHARE], '--customize-hook': [UNSHARE, LOG]}
        if ours:
            hooks['--setup-hook'].append(FIRST)
            hooks['--customize-hook'].append(AFTER)
        command = ['env', f'SUITE={suite}', 'mmdebstrap', '--mode=root', f'--variant={variant}',
                   '--skip=download/empty,essential/unlink,cleanup/apt/lists', *options]
        command += [f'{name}={hook}' for name, many in hooks.items() for hook in many]
        status, said = inside(MAKE, where, self.archives(suite), ours, *command, suite,
                              f'{where}/root/image', network=True)
        demand(status == 0, f'mmdebstrap: status {status}:', said[-1500:])
        keep(f'{where}/archives/upper', self.archives(suite))
        return f'{where}/upper/image'

    def unprivileged_image(self, suite, side):
        """The same by an ordinary user of a system that has that side's tools itself."""
        base = self.directory('host')
        place.call(f'{TOP}/tests/lib/base-root', suite, base, 'mmdebstrap', 'uidmap', 'passwd')
        system, made, options = self.system(base, suite), self.repository(suite), ''
        os.makedirs(f'{system.where}/upper/srv/made')
        if side == 'ours':
            system.put(made, URI)
            system.run(repository.page(made, 'install') + 'apt-get install -y uidmap\n',
                       network=True)
            said = system.run("dpkg-query -W -f '${Version}\\n' passwd uidmap")
            demand(said.count('1:5.0.0-') == 2, said)
            for name, script in (('first', FIRST), ('after', AFTER)):
                path = f'{system.where}/upper/srv/{name}'
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(f'#!/bin/sh -e\n{script}')
                os.chmod(path, 0o755)
            options = '--setup-hook=/srv/first --customize-hook=/srv/after'
        system.run(UNPRIVILEGED % (suite, URI, options), network=True)
        root = self.directory('unprivileged')
        place.call('tar', '-C', root, '--numeric-owner', '--xattrs', '--xattrs-include=*', '-xpf',
                   f'{system.where}/upper/srv/made/image.tar')
        system.end()
        return root

    def system(self, root, suite):
        """root may be several, the uppermost first, with : between."""
        return System(root, self.directory('system') + '/copy', self.archives(suite))

    def end(self):
        """Nothing is left mounted: what was, was in namespaces that have ended."""
