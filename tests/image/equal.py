# SPDX-License-Identifier: BSD-3-Clause
"""With SOURCE_DATE_EPOCH the same calls make the same bits, whenever and however they are made.

Two systems that start equal get the same calls of all tools that write: one now, one more than a
second later by the clock of files and forty days later by the clock of programs, in another
directory, with another umask, locale, time zone, home and host name.  Then tar files of them are
compared, with times to the nanosecond, owners, modes, ACLs and attributes.
"""
import glob
import hashlib
import os
import tarfile
import time

import place
from place import demand

EPOCH = 1700000000      # day 19675
START = 1750000000      # what is there before is newer
HASH = '$6$saltsalt$8RWsOfwR6M6PpnoeQiEiWzNTPo1f0HjVYjDnLZhGx16aBFRkeqiHAzfXP/LgrOWMBMXqiU2pLrXsS'
COMPARED = 'etc home root srv/homes usr/sbin usr/lib var/lib var/log var/mail var/spool'
# $P is "--prefix TREE" or nothing; $T is TREE or nothing.
CALLS = f'''
groupadd $P -r staff2
groupadd $P -g 4242 team
useradd $P -D -b /srv/homes
useradd $P -m -k /etc/skel alice
useradd $P -m -G staff2,team -c "Bob B" -s /bin/sh bob
useradd $P -r -m -d /var/lib/svc svc
useradd $P -M -e 2030-01-02 -f 7 carol
useradd $P -m -d /home/deep/er/dora dora
useradd $P -m gone
useradd $P -m mia
usermod $P -a -G staff2 alice
usermod $P -l bobby -m -d /home/bobby bob
usermod $P -u 3333 -v 5000000-5000009 -w 5000000-5000009 alice
usermod $P -p '{HASH}' carol
usermod $P -L carol
usermod $P -m -d /var/lib/moved svc
userdel $P -r gone
groupmod $P -n crew -g 4343 team
groupadd $P brief
groupdel $P brief
gpasswd $P -a carol crew
gpasswd $P -M alice,dora staff2
gpasswd $P -A alice crew
groupmems $P -g crew -a mia
printf 'alice:{HASH}\\ndora:{HASH}\\n' | chpasswd $P -e
echo 'crew:{HASH}' | chgpasswd $P -e
echo 'nina::6000::N:/home/nina:/bin/sh' >/in
echo 'olga::::O:/srv/homes/olga:/bin/sh' >>/in; newusers $P /in
chage $P -M 90 -W 5 -E 2031-03-04 dora
chage $P -d 2020-01-01 mia
passwd $P -l mia
passwd $P -x 100 -n 1 alice
passwd $P -e dora
chfn $P -f "Dora D" -r 12 dora
chsh $P -s /bin/bash dora
EDITOR="sed -i s/Bob/Bert/" vipw $P
EDITOR="sed -i s/:99999:/:9999:/" vipw $P -s
EDITOR="sed -i s/:4343:/:4344:/" vigr $P
pwunconv $P
pwconv $P
grpunconv $P
grpconv $P
pwck $P -s
grpck $P -s
cp $T/etc/passwd /in; echo 'late:x:7777:100::/:/bin/sh' >>/in; cppw $P /in
pwconv $P
'''
SIDES = ('cd /; umask 022; export LC_ALL=C TZ=UTC HOME=/root',
         'mkdir -p /elsewhere; cd /elsewhere; umask 077; hostname another;'
         ' export LC_ALL=C.UTF-8 LANGUAGE=de TZ=Pacific/Kiritimati HOME=/nowhere USER=other'
         ' MALLOC_PERTURB_=85 TMPDIR=/elsewhere')
FAKE = ('export LD_PRELOAD=/probe/libfaketime.so.1 FAKETIME=+40d NO_FAKE_STAT=1 FAKE_UTIME=0'
        ' FAKETIME_DONT_FAKE_MONOTONIC=1')
# Backups and locks that are there are none of ours.
MAIL = ('cd /etc; rm -f *- default/*- .pwd.lock;'
        ' echo CREATE_MAIL_SPOOL=yes >>/etc/default/useradd;')
# All that is compared is of one time.
SETTLE = f'-xdev -exec touch -h -d @{START}.5 {{}} +'


class Way:
    """How the calls are made: on a tree or on the system itself, with which variables."""

    def __init__(self, tree, variables):
        self.tree, self.variables = tree, variables

    def prepare(self, tree):
        """The commands that make what both sides start with."""
        if not self.tree:
            paths = ' '.join(f'/{name}' for name in COMPARED.split())
            return f'mkdir -p /srv/homes; {MAIL} find {paths} {SETTLE}'
        return (f'{MAIL} umask 022; mkdir -p {tree}; cd {tree}; mkdir -p etc home srv/homes var/lib'
                ' var/mail; cp -a /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/subuid'
                ' /etc/subgid /etc/login.defs /etc/default /etc/skel etc/;'
                f' find {tree} {SETTLE}')

    def script(self, tree, side):
        head = 'P= T=' if not self.tree else f'P="--prefix {tree}" T={tree}'
        lines = [f'{line} || {{ echo failed: call {number}; exit 1; }}'
                 for number, line in enumerate(CALLS.splitlines()) if line]
        return '\n'.join([head, SIDES[side], *[f'export {name}' for name in self.variables],
                          *([FAKE] if side else []), *lines])


def make(world, root, suite, way, side):
    """The tar file of one side."""
    system = world.system(root, suite)
    tree = ('/tree', '/some/where/else/tree')[side]
    preload = glob.glob('/usr/lib/*/faketime/libfaketime.so.1')
    demand(preload, 'no libfaketime')
    system.put(preload[0], '/probe/libfaketime.so.1')
    system.run(way.prepare(tree))
    if side:
        time.sleep(1.1)
    system.run(way.script(tree, side))
    what = f'-C {tree} .' if way.tree else f'-C / {COMPARED}'
    system.run('tar --sort=name --numeric-owner --xattrs --acls --format=posix --one-file-system'
               f' --pax-option=delete=atime,delete=ctime -cf /out.tar {what}')
    return f'{system.where}/upper/out.tar'


def members(path):
    """{name: what tar has of it}"""
    found = {}
    with tarfile.open(path) as tar:
        for member in tar:
            data = tar.extractfile(member).read() if member.isreg() else b''
            found[member.name.removeprefix('./')] = (
                oct(member.mode), member.uid, member.gid, member.type, member.linkname,
                float(member.pax_headers.get('mtime', member.mtime)),
                hashlib.sha256(data).hexdigest()[:12])
    return found


def both(world, suite, way):
    """The members of both sides; equal means: the tar files are, bit for bit."""
    root = world.image(suite, 'ours')
    paths = [make(world, root, suite, way, side) for side in (0, 1)]
    texts = [open(path, 'rb').read() for path in paths]
    return texts[0] == texts[1], [members(path) for path in paths]


def are_equal(world, suite, way):
    same, (one, two) = both(world, suite, way)
    differ = [f'{name}: {one.get(name)} {two.get(name)}'
              for name in sorted(one.keys() | two.keys()) if one.get(name) != two.get(name)]
    demand(same, f'{len(differ)} differ:\n', '\n'.join(differ[:20]))
    newer = [name for name, said in one.items() if EPOCH < said[5] != START + 0.5]
    demand(not newer, 'newer than the epoch:', newer)
    for name in ('etc', 'etc/passwd', 'etc/shadow', 'home', 'home/bobby', 'home/deep/er/dora',
                 'srv/homes', 'srv/homes/alice', 'var/lib', 'var/lib/moved', 'etc/default',
                 'etc/default/useradd'):
        demand(one[name][5] == EPOCH, f'{name}: {one.get(name)}')
    return one


def traces(found):
    """Backups and locks in it."""
    return [name for name in found if name.startswith('etc/') and 'alternatives' not in name
            and (name.endswith(('-', '.lock', '+', '~')) or 'edit' in name.split('/')[-1])]


DATE = f'SOURCE_DATE_EPOCH={EPOCH}'


def prefix(world, suite='bookworm'):
    """On a tree that is no system: by the time alone.  The backups are the same too, and no lock is
    left."""
    found = are_equal(world, suite, Way(True, [DATE]))
    left = traces(found)
    demand('etc/passwd-' in left and 'etc/.pwd.lock' not in left, left)
    demand(all(found[name][5] <= EPOCH for name in left), 'backups are newer')


def image(world, suite='bookworm'):
    """In an image: with SHADOW_IMAGE, and neither backup nor lock is left."""
    left = traces(are_equal(world, suite, Way(False, [DATE, 'SHADOW_IMAGE=1'])))
    demand(not left, 'left behind:', left)


def system_itself(world, suite='bookworm'):
    """In an image without the switch: equal as well, with backups and .pwd.lock."""
    left = traces(are_equal(world, suite, Way(False, [DATE])))
    demand('etc/passwd-' in left and 'etc/.pwd.lock' in left, left)


def it_is_the_variable(world):
    """Without SOURCE_DATE_EPOCH they differ, in times and in the day of shadow."""
    _, (one, two) = both(world, 'bookworm', Way(True, []))
    demand(one['etc/shadow'][6] != two['etc/shadow'][6], 'the same day in shadow')
    demand(one['etc'][5] != two['etc'][5] and one['home'][5] != two['home'][5], 'the same times')


def in_trixie(world):
    for case in (prefix, image, system_itself):
        case(world, 'trixie')


CASES = [prefix, image, system_itself, it_is_the_variable]
FULL = [in_trixie]
