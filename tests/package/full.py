# SPDX-License-Identifier: BSD-3-Clause
"""What takes longer, or needs the mirrors: most of it for one suite, or run --full."""
import glob
import hashlib
import os
import re
import shutil
import subprocess

import place
from place import demand

# $1: the root, $2: the path to build at, $3: options; as another user, on another host, with
# another umask, locale, time zone and home than debian/build has; one job instead of two.
ELSEWHERE = '''
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
hostname elsewhere
umask 0002
exec chroot --userspec=54321:54321 "$1" /usr/bin/env -i PATH=/usr/bin:/usr/sbin:/bin:/sbin \
    HOME=/nowhere LC_ALL=C TZ=Pacific/Kiritimati USER=other SHELL=/bin/bash EXTRA=1 \
    DEB_BUILD_OPTIONS="nocheck parallel=1 $3" /bin/sh -ec \
    "cd $2 && dpkg-source -x *.dsc tree && cd tree && exec dpkg-buildpackage -us -uc -b -rfakeroot"
'''


def build_root(suite):
    """A root with what the build needs."""
    where = f'{suite.scratch}/copy-build'
    needed = place.call(f'{place.TOP}/debian/build', '--needs').split()
    place.call(f'{place.TOP}/tests/lib/base-root', suite.name, where, *needed)
    return where


def compare(first, second, patterns=('*.deb',)):
    """Files of two directories, bit by bit."""
    found = []
    for where in (first, second):
        found.append({})
        for path in (path for pattern in patterns for path in glob.glob(f'{where}/{pattern}')):
            with open(path, 'rb') as file:
                found[-1][os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
    one, two = found
    demand(one and set(one) == set(two), 'other files:', set(one) ^ set(two))
    differ = [name for name in one if one[name] != two[name]]
    demand(not differ, 'these differ:', differ)


def reproducible(suite):
    """The source package built elsewhere: the same bits."""
    root = build_root(suite)
    path = '/var/tmp/another/place'
    os.makedirs(root + path)
    for pattern in ('*.dsc', '*.tar.xz'):
        for file in glob.glob(f'{suite.packages}/{pattern}'):
            shutil.copy(file, root + path)
    place.call('chown', '-R', '54321:54321', f'{root}/var/tmp/another')
    symbols = glob.glob(f'{suite.packages}/*-dbgsym_*.deb')
    place.call('unshare', '--mount', '--uts', '--pid', '--fork', '/bin/sh', '-ec', ELSEWHERE, 'sh',
               root, path, '' if symbols else 'noautodbgsym')
    compare(suite.packages, root + path)


def source_twice(suite):
    """The source package made again of itself, with other modes and times: the same bits.  Both by
    the dpkg of this system, since another suite's packs debian/ in its own way."""
    tree, where = f'{suite.scratch}/copy-again', f'{suite.scratch}/copy-source'
    first = f'{suite.scratch}/copy-first'
    place.call(f'{place.TOP}/debian/build', '--source', suite.name, first)
    place.call('dpkg-source', '--no-check', '-x', *glob.glob(f'{suite.packages}/*.dsc'), tree)
    with open(f'{tree}/debian/changelog', encoding='utf-8') as file:
        rest = re.split(r'^(?=shadow-portable )', file.read(), flags=re.M)[2]
    with open(f'{tree}/debian/changelog', 'w', encoding='utf-8') as file:
        file.write(rest.replace(' unstable;', ' UNRELEASED;', 1))
    place.call('chmod', '-R', 'go-rwx', tree)
    place.call('find', tree, '-exec', 'touch', '-h', '-d', '2030-01-01', '{}', '+')
    place.call('sh', '-c', 'umask 077; exec "$@"', 'sh', f'{tree}/debian/build', '--source',
               suite.name, where, env={**os.environ, 'TZ': 'Pacific/Kiritimati', 'LC_ALL': 'C'})
    compare(first, where, ('*.tar.xz', '*.dsc'))
    compare(suite.packages, where, ('*.orig.tar.xz',))


def checked_build(suite):
    """The build runs the tests of units and command lines; they pass, and leave no trace."""
    where = f'{suite.scratch}/copy-checked'
    symbols = glob.glob(f'{suite.packages}/*-dbgsym_*.deb')
    suite.build(where, 'parallel=2' + ('' if symbols else ' noautodbgsym'))
    with open(f'{where}/{suite.name}.log', encoding='utf-8') as file:
        totals = re.findall(r'^(\d+) passed, (\d+) failed', file.read(), re.M)
    demand(len(totals) >= 2 and all(int(t[0]) > 100 and t[1] == '0' for t in totals), totals)
    if not os.environ.get('PACKAGES'):
        compare(suite.packages, where)


# $1: the root; then the command.  A testbed has what a system has mounted, and no network.
TESTBED = '''
mount -t proc proc /proc
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$1/var/tmp"
mkdir -p "$1/dev/pts" "$1/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
ln -sf pts/ptmx "$1/dev/ptmx"
: >"$1/etc/apt/sources.list"
shift
exec "$@"
'''


def autopkgtest(suite):
    """debian/tests, in a root with ours installed."""
    root = f'{suite.scratch}/copy-tested'
    place.call(f'{place.TOP}/tests/lib/base-root', suite.name, root, 'passwd', 'uidmap',
               'apt-utils', 'dpkg-dev', 'python3', 'gcc', 'libc6-dev', 'pkg-config')
    tree = f'{suite.scratch}/copy-tree'
    place.call('dpkg-source', '--no-check', '-x', *glob.glob(f'{suite.packages}/*.dsc'), tree)
    done = subprocess.run(['unshare', '--mount', '--pid', '--net', '--fork', '/bin/sh', '-ec',
                           TESTBED, 'sh', root, 'autopkgtest', '--no-built-binaries',
                           '--setup-commands', 'true', *suite.files.values(), f'{tree}/', '--',
                           'chroot', root],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env={k: v for k, v in os.environ.items() if k != 'TMPDIR'})
    said = done.stdout.decode('utf-8', 'replace')
    passed = re.findall(r'^(\w+) +PASS$', said, re.M)
    failed = '\n'.join(re.findall(r'^not ok .*|^\w+ +FAIL.*', said, re.M)[:20]) or said[-1500:]
    demand(done.returncode == 0 and set(passed) == {'cli', 'login', 'libsubid'},
           f'status {done.returncode}:', failed)


def piuparts(suite):
    """Installed, upgraded from the distribution's, removed and purged by piuparts.  It removes what
    a base system lacks, so not passwd: cases.purged does that."""
    base = f'{suite.scratch}/copy-base'
    place.call(f'{place.TOP}/tests/lib/base-root', suite.name, base)
    place.call('tar', '-C', base, '-czf', f'{base}.tar.gz', '.')
    subprocess.run(['rm', '-rf', base], check=True)
    said = place.call('piuparts', '--basetgz', f'{base}.tar.gz', '--distribution', suite.name,
                      # debconf's, of questions asked before the unpacking.
                      '--ignore-regex', '/?var/cache/debconf/tmp[.]ci/?',
                      # With the security updates.
                      '--keep-sources-list',
                      '--no-eatmydata', '--log-level', 'info', *suite.files.values())
    for line in ('Installation and purging test', 'Installation, upgrade and purging tests'):
        demand(f'PASS: {line}' in said, line, 'was not done')


CASES = [reproducible, source_twice, checked_build, autopkgtest, piuparts]
# Of these for one suite in each run.
LIGHT = [reproducible, source_twice, autopkgtest, piuparts]
