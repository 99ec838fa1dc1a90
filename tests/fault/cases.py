# SPDX-License-Identifier: BSD-3-Clause
"""The command lines that are disturbed.

%P stands for the options that name the root: "-P DIR" from outside, nothing in a chroot.
"""
from collections import namedtuple

Case = namedtuple('Case', 'name tool arguments base input', defaults=(None,))

CASES = [Case(*fields) for fields in (
    ('useradd-home', 'useradd', '%P -m -G staff,audio -c New -s /bin/sh new', 'full'),
    ('useradd-plain', 'useradd',
     '%P -u 2000 -N -g users -e 2030-01-01 -f 7 -p !x -M new', 'full'),
    ('useradd-system', 'useradd', '%P -r sys', 'full'),
    ('useradd-bare', 'useradd', '%P -m new', 'bare'),
    ('useradd-linked', 'useradd', '%P -m -G staff new', 'linked'),
    ('useradd-bound', 'useradd', '%P -m -G staff new', 'bound'),
    ('useradd-defaults', 'useradd', '%P -D -s /bin/bash', 'full'),
    ('useradd-large', 'useradd', '%P -M new', 'large'),
    ('userdel-home', 'userdel', '%P -r old', 'full'),
    ('userdel-plain', 'userdel', '%P other', 'full'),
    ('userdel-large', 'userdel', '%P other', 'large'),
    ('usermod-all', 'usermod',
     '%P -l neo -u 2001 -g users -aG mail -c Changed -d /home/neo -m -s /bin/bash '
     '-e 2030-01-01 -f 7 -v 700000-765535 -w 700000-765535 old', 'full'),
    ('usermod-uid', 'usermod', '%P -u 2001 old', 'full'),
    ('usermod-v', 'usermod', '%P -v 700000-765535 -v 765536-765999 old', 'ranges'),
    ('usermod-V', 'usermod', '%P -V 100500-102499 old', 'ranges'),
    ('usermod-w', 'usermod', '%P -w 700000-765535 other', 'ranges'),
    ('usermod-W', 'usermod', '%P -W 100000-500000 old', 'ranges'),
    ('usermod-ranges', 'usermod',
     '%P -V 100000-101999 -v 700000-700009 -W 102010-102019 -w 700000-700009 old', 'ranges'),
    ('usermod-free', 'usermod', '%P -S other', 'ranges'),
    ('usermod-ranges-follow', 'usermod', '%P -l neo -u 2001 old', 'ranges'),
    ('useradd-marked', 'useradd', '%P -M new', 'marked'),
    ('useradd-unmarked', 'useradd', '%P -M new', 'unmarked'),
    ('useradd-marked-bound', 'useradd', '%P -M new', 'marked-bound'),
    ('userdel-marked', 'userdel', '%P other', 'marked'),
    ('userdel-unmarked', 'userdel', '%P other', 'unmarked'),
    ('usermod-marked', 'usermod', '%P -u 2001 -S -V 110000-110009 -W 100000-165535 old',
     'marked'),
    ('groupadd-marked', 'groupadd', '%P crew', 'marked'),
    ('groupdel-unmarked', 'groupdel', '%P staff', 'unmarked'),
    ('newusers-marked', 'newusers', '%P -c NONE', 'marked', 'neo:pw1:::::\nmaya:pw2::crew:::\n'),
    ('usermod-groups', 'usermod', '%P -G users,mail old', 'full'),
    ('usermod-one-file', 'usermod', '%P -c Changed old', 'full'),
    ('usermod-linked', 'usermod', '%P -l neo old', 'linked'),
    ('usermod-bound', 'usermod', '%P -l neo old', 'bound'),
    ('usermod-bound-one', 'usermod', '%P -c Changed old', 'bound'),
    ('usermod-large', 'usermod', '%P -l neo old', 'large'),
    ('groupadd-users', 'groupadd', '%P -g 3000 -U old,other crew', 'full'),
    ('groupmod-all', 'groupmod', '%P -n crew -g 3001 -a -U other staff', 'full'),
    ('groupmod-primary', 'groupmod', '%P -g 3001 old', 'full'),
    ('groupmod-linked', 'groupmod', '%P -n crew staff', 'linked'),
    ('groupdel-plain', 'groupdel', '%P staff', 'full'),
    ('passwd-lock', 'passwd', '%P -l old', 'full'),
    ('passwd-stdin', 'passwd', '%P --stdin other', 'full', 'New-secret2\n'),
    ('chage-all', 'chage', '%P -d 2023-01-02 -m 1 -M 60 -W 10 -I 20 -E 2030-01-01 old', 'full'),
    ('chpasswd-hashes', 'chpasswd', '%P -e', 'full', 'old:$5$a$b\nother:$5$c$d\n'),
    ('chpasswd-bare', 'chpasswd', '%P -e', 'bare', 'old:$5$a$b\nother:$5$c$d\n'),
    ('chpasswd-clear', 'chpasswd', '%P -c SHA512 -s 1000', 'full',
     'old:New-secret2\nother:New-secret3\n'),
    ('chgpasswd-hashes', 'chgpasswd', '%P -e', 'full', 'staff:$5$a$b\nempty:$5$c$d\n'),
    ('gpasswd-add', 'gpasswd', '%P -a other staff', 'full'),
    ('gpasswd-lists', 'gpasswd', '%P -A other -M mail,other staff', 'full'),
    ('gpasswd-linked', 'gpasswd', '%P -a other staff', 'linked'),
    ('chfn-all', 'chfn', '%P -f New -r 1 -w 2 -h 3 -o 4 old', 'full'),
    ('chsh-plain', 'chsh', '%P -s /bin/bash old', 'full'),
    ('chsh-bound', 'chsh', '%P -s /bin/bash old', 'bound'),
    ('pwunconv', 'pwunconv', '%P', 'full'),
    ('pwunconv-linked', 'pwunconv', '%P', 'linked'),
    ('pwconv', 'pwconv', '%P', 'bare'),
    ('newusers-three', 'newusers', '%P -c NONE', 'full',
     'neo:pw1:::::\nmaya:pw2::crew:::\nold:pw3:::New::/bin/bash\n'),
    ('grpunconv', 'grpunconv', '%P', 'full'),
    ('grpconv', 'grpconv', '%P', 'bare'),
    ('pwck-fix', 'pwck', '%P -q --fix', 'faulty'),
    ('pwck-fix-bound', 'pwck', '%P -q --fix', 'faulty-bound'),
    ('pwck-sort', 'pwck', '%P -s', 'shuffled'),
    ('pwck-sort-bound', 'pwck', '%P -s', 'shuffled-bound'),
    ('grpck-fix', 'grpck', '%P --fix', 'faulty'),
    ('pwconv-faulty', 'pwconv', '%P', 'faulty'),
    ('vipw-append', 'vipw', '%P', 'full'),
    ('vipw-bound', 'vipw', '%P', 'bound'),
    ('vipw-shadow', 'vipw', '%P -s', 'full'),
    ('vigr-group', 'vigr', '%P', 'linked'),
    ('vigr-gshadow', 'vigr', '%P -s', 'full'),
    ('cppw-passwd', 'cppw', '%P %W/new/passwd', 'offered'),
    ('cpgr-gshadow', 'cpgr', '%P -s %W/new/gshadow', 'offered'),
    ('groupmems-add', 'groupmems', '%P -g staff -a other', 'full'),
    ('groupmems-delete', 'groupmems', '%P -g audio -d other', 'linked'),
    ('groupmems-purge', 'groupmems', '%P -g staff -p', 'full'),
    ('shadowconfig-on', 'shadowconfig', '%P on', 'bare'),
    ('shadowconfig-off', 'shadowconfig', '%P off', 'full'),
    ('newusers-bare', 'newusers', '%P -c NONE', 'bare', 'neo:pw1:::::\nold:pw3:::New::\n'),
    ('newusers-linked', 'newusers', '%P -c NONE', 'linked', 'neo:pw1:::::\nold:pw3:::New::\n'),
    ('grpunconv-linked', 'grpunconv', '%P', 'linked'),
    ('grpconv-faulty', 'grpconv', '%P', 'faulty'),
    ('grpck-sort', 'grpck', '%P -s', 'shuffled'),
)]

# The run that comes next: it locks all files, so that it recovers them and takes away what the
# dead run left beside them.
NEXT = 'useradd %P -u 4000 -g users -M -K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 zzz'
NEXT_OF = {'useradd-defaults': 'useradd %P -D -b /srv'}

# How the log begins to say that a change was taken back, or another tool's left alone.
REFUSED = ' recovery: '

# Statuses of a failure after the commit, when the account stays (home, mail spool).
LATE = (12, 13)
# And what such a failure may say: of hooks that cannot be run the packaged tools make status 1;
# and it is told when what was done cannot be told.
EXCUSES = ('-post.d', 'cannot write the output', 'cannot set the owner and mode of')

Peer = namedtuple('Peer', 'name line other unique')

# What comes between our death and our recovery, run in the chroot.  `other` is the same change
# once ours is done, where it names an account that ours renames; `unique` names the peer's and
# our account where both choose their ids.
PEERS = {
    'useradd-home': (
        Peer('useradd', '/usr/sbin/useradd -r -u 300 -g daemon peer', None, None),
        Peer('useradd-ids', '/usr/sbin/useradd -m peer', None, ('peer', 'new')),
        Peer('useradd-prefix', '/usr/sbin/useradd -P /w%N -r -u 300 -g daemon peer', None, None),
        Peer('useradd-same', '/usr/sbin/useradd -u 3000 -g users new', None, ('new', 'new')),
        Peer('usermod', '/usr/sbin/usermod -c Peer -aG staff other', None, None),
        Peer('passwd', '/usr/bin/passwd -l other', None, None),
    ),
    'userdel-home': (
        Peer('useradd', '/usr/sbin/useradd -r -u 300 -g daemon peer', None, None),
        Peer('usermod', '/usr/sbin/usermod -c Peer other', None, None),
        Peer('usermod-same', '/usr/sbin/usermod -c Peer old', None, None),
        Peer('passwd-same', '/usr/bin/passwd -l old', None, None),
        Peer('useradd-again', '/usr/sbin/useradd -u 3000 -g users old', None, ('old', 'other')),
    ),
    'usermod-all': (
        Peer('useradd', '/usr/sbin/useradd -r -u 300 -g daemon peer', None, None),
        Peer('useradd-ids', '/usr/sbin/useradd -m peer', None, ('peer', 'neo')),
        Peer('usermod', '/usr/sbin/usermod -c Peer -aG users other', None, None),
        Peer('usermod-same', '/usr/sbin/usermod -s /bin/peer old',
             '/usr/sbin/usermod -s /bin/peer neo', None),
        Peer('passwd', '/usr/bin/passwd -l other', None, None),
        Peer('passwd-same', '/usr/bin/passwd -l old', '/usr/bin/passwd -l neo', None),
    ),
    'groupmod-all': (
        Peer('useradd', '/usr/sbin/useradd -r -u 300 -g daemon peer', None, None),
        Peer('usermod', '/usr/sbin/usermod -aG users other', None, None),
        Peer('usermod-same', '/usr/sbin/usermod -aG staff other', None, None),
        Peer('passwd', '/usr/bin/passwd -l other', None, None),
    ),
}
