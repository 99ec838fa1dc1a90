# SPDX-License-Identifier: BSD-3-Clause
"""Who lives in the place: accounts, groups, passwords."""
import ctypes
import os
import time

crypt = ctypes.CDLL('libcrypt.so.1').crypt
crypt.restype = ctypes.c_char_p

PASSWORD = {
    'alice': 'Orange-kite-17', 'bob': 'Copper-lake-23', 'rita': 'Velvet-moon-31',
    'late': 'Silent-barn-41', 'gone': 'Wooden-harp-53', 'young': 'Bitter-pine-67',
    'twin1': 'First-twin-71x', 'twin2': 'Other-twin-83x', 'dup': 'Double-row-91x',
    'root': 'Marble-root-13',
}
GROUP_PASSWORD = {'club': 'Gravel-club-29'}
UID = {'root': 0, 'alice': 1000, 'bob': 1001, 'rita': 1002, 'late': 1005, 'gone': 1006,
       'twin1': 1007, 'twin2': 1007, 'dup': 1008, 'dup2': 1009, 'young': 1010, 'empty': 1011,
       'nobodys': 4242}
HOME = {user: f'/home/{user}' for user in UID if user not in ('root', 'nobodys')}
NEW = 'Yellow-raft-59'      # what everybody changes to
KIOSK = '/usr/bin/kiosk'    # a shell that is not in /etc/shells
TODAY = int(time.time()) // 86400
GROUPS = '''users2:x:1000:
club:x:1100:bob
priv:x:1101:bob
mine:x:1104:alice
loose:x:1105:
twins:x:1106:
'''
GSHADOW = '''users2:!::
club:{club}:alice:bob
priv:!::bob
mine:!::alice
loose:::
twins:!:twin2:
'''


def ids(user):
    return UID[user], 1000 if user != 'root' else 0


def make_hash(password):
    return crypt(password.encode(), b'$6$rounds=1000$saltsalt').decode()


def matches(password, stored):
    """Does the hash in a row belong to the password?"""
    made = crypt(password.encode(), stored.encode())
    return made is not None and made.decode() == stored


def append(path, text):
    with open(path, 'a', encoding='utf-8') as file:
        file.write(text)


def settle(root):
    """Adds everybody to the account files of the tree."""
    users, secrets = '', ''
    days = {'late': f'{TODAY - 100}:0:30:7:::', 'gone': f'{TODAY - 9}:0:99999:7::{TODAY - 5}:',
            'young': f'{TODAY}:9999:99999:7:::'}
    for user, uid in UID.items():
        if user in ('root', 'nobodys', 'dup2'):
            continue
        shell = KIOSK if user == 'rita' else '/bin/sh'
        users += f'{user}:x:{uid}:1000:{user.title()} Able,12,34,56,more:/home/{user}:{shell}\n'
        stored = make_hash(PASSWORD[user]) if user in PASSWORD else ''
        secrets += f'{user}:{stored}:{days.get(user, "19000:0:99999:7:::")}\n'
        os.makedirs(f'{root}/home/{user}')
        os.chown(f'{root}/home/{user}', uid, 1000)
    users += 'dup:x:1009:1000:The second:/home/dup2:/bin/sh\n'
    os.makedirs(f'{root}/home/dup2')
    os.chown(f'{root}/home/dup2', 1009, 1000)
    append(f'{root}/etc/passwd', users)
    append(f'{root}/etc/shadow', secrets)
    append(f'{root}/etc/group', GROUPS)
    append(f'{root}/etc/gshadow', GSHADOW.format(club=make_hash(GROUP_PASSWORD['club'])))
    for name in ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'):
        if os.path.exists(f'{root}/etc/{name}-'):
            os.unlink(f'{root}/etc/{name}-')
    set_password(root, 'root')


def set_password(root, user):
    path = f'{root}/etc/shadow'
    with open(path, encoding='utf-8') as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines):
        fields = line.split(':')
        if fields[0] == user:
            fields[1] = make_hash(PASSWORD[user])
            lines[number] = ':'.join(fields)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


def settings_of(kind, root):
    """What a system without PAM has in login.defs."""
    if kind == 'bare':
        append(f'{root}/etc/login.defs', 'CHFN_AUTH yes\nCHSH_AUTH yes\nPASS_MIN_LEN 8\n'
                                         'OBSCURE_CHECKS_ENAB yes\nPASS_CHANGE_TRIES 3\n')
