# SPDX-License-Identifier: BSD-3-Clause
"""What holds of ids, whichever commands come after one another.

Users and groups come, go and change their ids by commands made at random.  Each id of a user or a
group, and each subordinate one, that was chosen and not asked for must be nobody's and within its
range; with ID_NO_REUSE it must never have been anybody's.
"""
import random

RESERVED = (100100, 100199)
DEFS = '''UID_MIN 1000
UID_MAX 1030
SYS_UID_MIN 101
SYS_UID_MAX 115
GID_MIN 1000
GID_MAX 1030
SYS_GID_MIN 101
SYS_GID_MAX 115
USERGROUPS_ENAB yes
SUB_UID_MIN 1020
SUB_UID_MAX 100500
SUB_UID_COUNT 20
SUB_GID_MIN 100000
SUB_GID_MAX 100400
SUB_GID_COUNT 20
SUB_UID_RESERVED 1050-99999,100100-100199
SUB_GID_RESERVED 100100-100199
'''
NAMES = [f'u{number}' for number in range(8)]
GROUPS = [f'g{number}' for number in range(4)]
COMMANDS = 30


def ids_of(text, column):
    return {int(line.split(':')[column]) for line in text.splitlines() if line.count(':') > 1}


def ranges_of(text):
    found = set()
    for line in text.splitlines():
        _, first, count = line.split(':')
        found.update(range(int(first), int(first) + int(count)))
    return found


def state(place):
    text = {}
    for name in ('passwd', 'group', 'subuid', 'subgid'):
        with open(f'{place.where}/etc/{name}', encoding='latin-1') as file:
            text[name] = file.read()
    return {'uid': ids_of(text['passwd'], 2), 'gid': ids_of(text['group'], 2),
            'subuid': ranges_of(text['subuid']), 'subgid': ranges_of(text['subgid'])}, text


def random_command(dice):
    """(words, kinds whose new ids were asked for)"""
    name, group = dice.choice(NAMES), dice.choice(GROUPS)
    first = dice.choice((1000, 1020, 100000, 100080, 100380)) + dice.randrange(20)
    span = f'{first}-{first + dice.randrange(30)}'
    return dice.choice((
        (('useradd', '-M', name), ()), (('useradd', '-M', name), ()),
        (('useradd', '-M', '-r', name), ()),
        (('useradd', '-M', '--no-subids', name), ()),
        (('useradd', '-M', '-N', '-u', str(1000 + dice.randrange(40)), name), ('uid',)),
        (('userdel', name), ()), (('userdel', name), ()),
        (('groupadd', group), ()), (('groupadd', '-r', group), ()), (('groupdel', group), ()),
        (('groupmod', '-g', str(1000 + dice.randrange(40)), group), ('gid',)),
        (('usermod', '-u', str(1000 + dice.randrange(40)), '--chown=never', name), ('uid',)),
        (('usermod', '-S', name), ()),
        (('usermod', '-v', span, name), ('subuid',)), (('usermod', '-w', span, name), ('subgid',)),
        (('usermod', '-V', span, name), ()), (('usermod', '-W', span, name), ()),
    ))


def check(kind, new, before, ever):
    """Ids that were chosen: why they should not have been, or None."""
    within = {'uid': (*range(101, 116), *range(1000, 1031)),
              'gid': (*range(101, 116), *range(1000, 1031)),
              'subuid': (*range(1020, 1050), *range(100000, 100100), *range(100200, 100501)),
              'subgid': (*range(100000, 100100), *range(100200, 100401))}[kind]
    holders = {'uid': 'subuid', 'gid': 'subgid', 'subuid': 'uid', 'subgid': 'gid'}[kind]
    if new - set(within):
        return 'outside of the range'
    if new & before[kind]:
        return 'in use'
    if new & before[holders]:
        return f'in use as {holders}'
    if ever and new & ever[kind]:
        return 'in use before'
    if ever and new & ever[holders]:
        return f'in use before as {holders}'
    return None


def chosen(place, seed, no_reuse):
    dice = random.Random(seed)
    with open(f'{place.where}/etc/login.defs', 'w', encoding='ascii') as file:
        file.write(DEFS + ('ID_NO_REUSE yes\n' if no_reuse else ''))
    with open(f'{place.where}/etc/passwd', 'w', encoding='ascii') as file:
        file.write('root:x:0:0::/root:/bin/sh\n')
    with open(f'{place.where}/etc/group', 'w', encoding='ascii') as file:
        file.write('root:x:0:\nusers:x:100:\n')
    for name in ('subuid', 'subgid'):
        with open(f'{place.where}/etc/{name}', 'w', encoding='ascii'):
            pass
    before, _ = state(place)
    ever = {kind: set(ids) for kind, ids in before.items()}
    for _ in range(COMMANDS):
        words, asked = random_command(dice)
        place.run(*words)
        after, text = state(place)
        for kind in after:
            new = after[kind] - before[kind]
            # A range is chosen against the uid that comes with it, and the other way round.
            why = None if kind in asked else check(kind, new, before, ever if no_reuse else None)
            if why:
                raise AssertionError(f'{" ".join(words)}: {kind} {min(new)} was {why}: {text}')
            ever[kind] |= after[kind]
        if after['uid'] & after['subuid'] - before['uid'] - before['subuid'] and not asked:
            raise AssertionError(f'{" ".join(words)}: a new uid in a new range')
        before = after
