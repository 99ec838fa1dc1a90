# SPDX-License-Identifier: BSD-3-Clause
"""Throw-away Debian systems: a base a suite, made once and cached; each case works on a copy.

A base has the distribution's packages that ours replace, and those that ours must leave alone.  The
copy is an overlay, mounted anew for each command, in which there is no network.
"""
import glob
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CACHE = os.environ.get('CACHE', f'{TOP}/.cache')
SUITES = {'bullseye': 11, 'bookworm': 12, 'trixie': 13}
# What theirs are called in each suite; and what owns files that ours must not touch.
THEIRS = {'bullseye': ['passwd', 'uidmap'],
          'bookworm': ['passwd', 'uidmap', 'libsubid4', 'libsubid-dev'],
          'trixie': ['passwd', 'uidmap', 'libsubid5', 'libsubid-dev']}
BESIDE = ['login', 'util-linux', 'adduser', 'bash-completion', 'zsh-common', 'fish-common',
          'manpages', 'manpages-dev', 'manpages-de', 'manpages-fr', 'manpages-pl']
ACCOUNTS = ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid')
OURS = ('passwd', 'uidmap', 'libsubid5', 'libsubid-dev')


class Wrong(Exception):
    """What a case found."""


def demand(truth, *said):
    if not truth:
        raise Wrong(' '.join(str(word) for word in said))


def call(*command, **more):
    """Runs it; what it said, on both channels.  It must succeed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    said = done.stdout.decode('utf-8', 'replace')
    demand(done.returncode == 0, f'{" ".join(command[:4])}: status {done.returncode}:',
           said.strip()[-600:])
    return said


def make_base(suite, where):
    """The system, with the distribution's packages as files in /theirs."""
    beside = BESIDE + (['login.defs'] if suite == 'trixie' else [])
    call(f'{TOP}/tests/lib/base-root', suite, where, *THEIRS[suite], *beside)
    kept = f'{CACHE}/theirs-{suite}'
    if not os.path.isdir(kept):
        os.mkdir(f'{where}/theirs')
        call('chroot', where, 'sh', '-ec', 'apt-get update -q && cd /theirs &&'
             f' apt-get download {" ".join(THEIRS[suite])}')
        shutil.rmtree(f'{kept}.new', ignore_errors=True)
        shutil.copytree(f'{where}/theirs', f'{kept}.new')
        os.rename(f'{kept}.new', kept)
        shutil.rmtree(f'{where}/theirs')
    shutil.copytree(kept, f'{where}/theirs')
    # No source but those that a case makes, and what the mirror said of this day's versions.
    for path in [f'{where}/etc/apt/sources.list', *glob.glob(f'{where}/var/lib/apt/lists/*_*')]:
        os.path.exists(path) and os.remove(path)


# $1: the base, $2: the directory of the copy, $3: what is run in it.
ENTER = '''
mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
mount -t proc proc "$2/root/proc"
exec chroot "$2/root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive TERM=dumb /bin/bash -ec "$3"
'''


def put(source, target):
    """Copies a file or a directory into a system, while nothing runs there."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


class System:
    """A copy of a base.  What is written stays from command to command."""

    def __init__(self, base, where):
        self.base, self.where = base, where
        for name in ('upper', 'work', 'root'):
            os.makedirs(f'{where}/{name}')

    def put(self, source, target):
        put(source, f'{self.where}/upper{target}')

    def try_(self, script, text=''):
        """(status, what was said)"""
        done = subprocess.run(['unshare', '--mount', '--pid', '--net', '--ipc', '--fork',
                               '/bin/sh', '-ec', ENTER, 'sh', self.base, self.where, script],
                              input=text.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode('utf-8', 'replace')

    def run(self, script, text=''):
        """It must succeed."""
        status, said = self.try_(script, text)
        demand(status == 0, f'{script.strip()[:80]!r}: status {status}:', said.strip()[-600:])
        return said

    def install(self, *names, options=''):
        """dpkg, as apt would call it unattended; what it said."""
        said = self.run(f'dpkg {options} -i {" ".join(names)}')
        for line in said.splitlines():
            demand(not re.search('overwrit|warning|Conffile|question', line)
                   or 'warning: downgrading' in line, f'dpkg said: {line}')
        return said

    def accounts(self):
        """The account files, as text with owners and modes."""
        paths = ' '.join(f'/etc/{name}' for name in ACCOUNTS)
        return self.run(f'for f in {paths}; do [ ! -e $f ] || {{ stat -c "%n %U %G %a" $f;'
                        ' cat $f; }; done')
