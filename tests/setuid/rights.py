# SPDX-License-Identifier: BSD-3-Clause
"""Who may do what: the table of may_change by hand, one user and another, options of root's."""
import time

import people
from people import NEW as NEW_PASSWORD, PASSWORD as HAS
from place import demand
from talk import AGAIN, NEW, OLD, PASSWORD, Talk, call

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')

# What is refused, whoever sits there and whatever passwords he gives (his own, to all questions).
# argv, user, kinds
REFUSED = [
    # another's password and days
    ('passwd bob', 'alice', ALL),
    ('passwd root', 'alice', ALL),
    ('passwd nosuchuser', 'alice', ALL),
    ('passwd -S bob', 'alice', ALL),
    ('passwd -S root', 'alice', ALL),
    ('passwd -S -a', 'alice', ALL),
    ('passwd -d bob', 'alice', ALL),
    ('passwd -d alice', 'alice', ALL),
    ('passwd -e bob', 'alice', ALL),
    ('passwd -e alice', 'alice', ALL),
    ('passwd -l bob', 'alice', ALL),
    ('passwd -l alice', 'alice', ALL),
    ('passwd -u bob', 'alice', ALL),
    ('passwd -u alice', 'alice', ALL),
    ('passwd -i 5 alice', 'alice', ALL),
    ('passwd -n 5 alice', 'alice', ALL),
    ('passwd -w 5 alice', 'alice', ALL),
    ('passwd -x 5 alice', 'alice', ALL),
    ('passwd -x 5 bob', 'alice', ALL),
    ('passwd --stdin alice', 'alice', OURS),
    ('passwd --stdin bob', 'alice', OURS),
    ('passwd -k bob', 'alice', ALL),
    ('chage bob', 'alice', ALL),
    ('chage alice', 'alice', ALL),
    ('chage -l bob', 'alice', ALL),
    ('chage -l root', 'alice', ALL),
    ('chage -M 5 alice', 'alice', ALL),
    ('chage -m 5 alice', 'alice', ALL),
    ('chage -d 0 bob', 'alice', ALL),
    ('chage -E -1 alice', 'alice', ALL),
    ('chage -I -1 alice', 'alice', ALL),
    ('chage -W 1 alice', 'alice', ALL),
    # another's name and shell, or what is not for users
    ('chfn -r 9 bob', 'alice', ALL),
    ('chfn -r 9 root', 'alice', ALL),
    ('chfn bob', 'alice', ALL),
    ('chfn -f Root alice', 'alice', ALL),
    ('chfn -f Root', 'alice', ALL),
    ('chfn -o x=1', 'alice', ALL),
    ('chfn -o x=1 -r 9', 'alice', ALL),
    ('chsh -s /bin/bash bob', 'alice', ALL),
    ('chsh -s /bin/bash root', 'alice', ALL),
    ('chsh bob', 'alice', ALL),
    (f'chsh -s {people.KIOSK}', 'alice', ALL),
    ('chsh -s /nonexistent', 'alice', ALL),
    ('chsh -s bin/sh', 'alice', ALL),
    ('chsh -s /bin/../bin/sh', 'alice', ALL),
    ('chsh -s /bin/sh', 'rita', ALL),
    ('chsh', 'rita', ALL),
    # groups that he does not administer
    ('gpasswd priv', 'alice', ALL),
    ('gpasswd club', 'bob', ALL),
    ('gpasswd -a alice priv', 'alice', ALL),
    ('gpasswd -a bob club', 'bob', ALL),
    ('gpasswd -d bob club', 'bob', ALL),
    ('gpasswd -d bob priv', 'bob', ALL),
    ('gpasswd -r club', 'bob', ALL),
    ('gpasswd -R club', 'bob', ALL),
    ('gpasswd -A bob club', 'bob', ALL),
    ('gpasswd -M bob club', 'bob', ALL),
    ('gpasswd -A bob club', 'alice', ALL),
    ('gpasswd -M bob club', 'alice', ALL),
    ('gpasswd -A alice,bob priv', 'alice', ALL),
    ('gpasswd -a alice root', 'alice', ALL),
    ('gpasswd -a alice shadow', 'alice', ALL),
    ('gpasswd -a alice nosuchgroup', 'alice', ALL),
    ('gpasswd -a nosuchuser club', 'alice', ALL),
    # a uid without a name
    ('passwd', 'nobodys', ALL),
    ('chfn -r 9', 'nobodys', ALL),
    ('chsh -s /bin/bash', 'nobodys', ALL),
    ('gpasswd club', 'nobodys', ALL),
    ('chage -l nobodys', 'nobodys', ALL),
    ('expiry -c', 'nobodys', ALL),
    ('passwd alice', 'nobodys', ALL),
    # tools that have no bits
    ('chpasswd', 'alice', ALL),
    ('chgpasswd', 'alice', ALL),
    # options of root's
    ('passwd --selinux=off', 'alice', OURS),
    ('passwd --dry-run', 'alice', OURS),
    ('passwd --local', 'alice', OURS),
    ('passwd --no-backup', 'alice', OURS),
    ('chfn --selinux=off -r 9', 'alice', OURS),
    ('chfn --dry-run -r 9', 'alice', OURS),
    ('chfn --no-backup -r 9', 'alice', OURS),
    ('chsh --selinux=off -s /bin/bash', 'alice', OURS),
    ('chsh --dry-run -s /bin/bash', 'alice', OURS),
    ('chsh --local -s /bin/bash', 'alice', OURS),
    ('gpasswd --selinux=off -a rita club', 'alice', OURS),
    ('gpasswd --dry-run -a rita club', 'alice', OURS),
    ('gpasswd --no-backup -a rita club', 'alice', OURS),
    ('chage --selinux=off -l alice', 'alice', OURS),
    ('chage --dry-run -M 5 alice', 'alice', OURS),
    ('passwd -r ldap', 'alice', ALL),
]


def refusal(argv, user):
    """Answers all questions with the caller's own password; nothing may come of it."""
    def case(where):
        talk = Talk(where, argv.split(), user, stdin=b'bob:x\npriv:x\n' * (
            argv in ('chpasswd', 'chgpasswd')) or None)
        for _ in range(8):
            if not asked(talk):
                break
            talk.send(HAS.get(user, 'Nothing-to-say-1') + '\n')
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}: {talk.text()[-200:]!r}')
        where.unchanged()
        show_no_secret(where, talk)
        talk.as_before()
    return case


def asked(talk):
    """Does it ask something (maybe where nobody sees it), or is it over?"""
    while not talk.ended():
        talk.pump(0.02)
        said = talk.text()[talk.mark:]
        if said.endswith('$ '):     # a new shell asks nothing
            talk.send('exit 9\n')
        elif said.endswith(': ') or not talk.echo():
            # What cannot read an answer ends by itself.
            time.sleep(0.05)
            return not talk.ended()
    return False


def show_no_secret(where, talk):
    for table in ('shadow', 'gshadow'):
        for line in where.read(f'/etc/{table}').splitlines():
            stored = line.split(':')[1]
            demand(len(stored) < 4 or stored not in talk.text(), 'it shows a hash')
    demand('19000' not in talk.text(), 'it shows a day')


def allowed(argv, user, *tables, password=True):
    """The other side of the table: what is allowed works."""
    def case(where):
        talk = Talk(where, argv.split(), user)
        if asked(talk):
            demand(password, f'it asks: {talk.text()}')
            talk.answer(PASSWORD, HAS[user])
        talk.finish(0)
        where.only(*tables)
    return case


ALLOWED = [
    ('passwd -S', 'alice', ()),
    ('passwd -S alice', 'alice', ()),
    ('chage -l alice', 'alice', ()),
    ('chfn -r 9', 'alice', ('passwd',)),
    ('chfn -r 9 alice', 'alice', ('passwd',)),
    ('chfn -w 9 -h 8', 'alice', ('passwd',)),
    ('chsh -s /bin/bash alice', 'alice', ('passwd',)),
    ('gpasswd -r club', 'alice', ('gshadow',)),
    ('gpasswd -R club', 'alice', ('gshadow',)),
    ('gpasswd -a alice club', 'alice', ('group', 'gshadow')),
    ('gpasswd -d bob club', 'alice', ('group', 'gshadow')),
    ('gpasswd -A bob club', 'root', ('gshadow',)),
    ('gpasswd -M rita,bob club', 'root', ('group', 'gshadow')),
    ('chsh -s /bin/sh rita', 'root', ('passwd',)),
    ('chfn -f Alice -o z=2 alice', 'root', ('passwd',)),
    ('passwd -S -a', 'root', ()),
    ('passwd -l bob', 'root', ('shadow',)),
    ('chage -l bob', 'root', ()),
]


def restricted(value, option, may):
    """CHFN_RESTRICT of login.defs; None: it is not set."""
    def case(where):
        lines = [line for line in where.read('/etc/login.defs').splitlines()
                 if not line.startswith('CHFN_RESTRICT')]
        lines += [f'CHFN_RESTRICT {value}'] if value else []
        where.write('/etc/login.defs', '\n'.join(lines) + '\n')
        where.start = where.snapshot()
        talk = Talk(where, ['chfn', option, 'Nobody'])
        if asked(talk):
            talk.send(HAS['alice'] + '\n')
        talk.finish()
        demand((talk.status == 0) == may, f'status {talk.status}: {talk.text()!r}')
        if may:
            where.only('passwd')
        else:
            where.unchanged()
    return case


RESTRICTED = [
    (None, '-r', False), (None, '-f', False), ('yes', '-r', True), ('yes', '-f', False),
    ('no', '-f', True), ('frwh', '-f', True), ('f', '-f', True), ('f', '-r', False),
    ('rw', '-h', False), ('h', '-h', True), ('frwh', '-o', False), ('no', '-o', False),
]


def newgrp_refused(group, user='alice', word='x'):
    """No password opens it: he stays in his groups."""
    def case(where):
        talk = Talk(where, ['sg', group, '-c', 'id -Gn'], user)
        if asked(talk):
            talk.answer(PASSWORD, word)
        talk.finish()
        demand(talk.status != 0 or group not in talk.text().split(), talk.text())
        demand(group not in talk.text().split('\n')[-2].split(), talk.text())
        where.unchanged()
    return case


def newgrp_has_no_more_rights(where):
    """The new shell is the caller's, but for the group: ids, capabilities, descriptors, limits."""
    words = 'grep -E "^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb)|SigIgn|SigBlk)" /proc/self/status; ' \
            'umask; ulimit -n; ulimit -f; ls /proc/self/fd | wc -l; echo $COLOUR'
    import resource

    def prepare():
        import os
        os.umask(0o027)
        resource.setrlimit(resource.RLIMIT_NOFILE, (77, 99))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 21))

    texts = []
    for argv in (['/bin/sh', '-c', words], ['sg', 'mine', '-c', words]):
        talk = call(where, *argv, prepare=prepare, env={'COLOUR': 'blue green'}, status=0)
        texts.append(talk.text().split('\n'))
    for before, after in zip(*texts):
        if before.startswith('Gid'):
            demand(after == 'Gid:\t1104\t1104\t1104\t1104', after)
        elif before.startswith('Groups'):
            demand(set(after.split()) <= {'Groups:', '1104', '1000'}, after)
        else:
            demand(before == after, f'before {before!r}, in the new group {after!r}')
    demand(len(texts[0]) == len(texts[1]), *texts[1])


def twin(caller, target, word, fits):
    """Two names for one uid: each has its own password, and only that counts."""
    def case(where):
        talk = Talk(where, ['passwd', target], caller)
        talk.answer(OLD, word)
        if fits:
            talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD)
        talk.finish()
        demand((talk.status == 0) == fits, f'status {talk.status}: {talk.text()!r}')
        if not fits:
            where.unchanged()
            return
        where.only('shadow')
        demand(people.matches(NEW_PASSWORD, where.row('shadow', target)[1]), 'not changed')
        other = 'twin2' if target == 'twin1' else 'twin1'
        demand(people.matches(HAS[other], where.row('shadow', other)[1]), 'the twin is changed')
    return case


def twin_is_no_admin(where):
    """twin2 administers the group; who logs in with that uid is twin1 by name."""
    before = where.row('gshadow', 'twins')
    call(where, 'gpasswd', '-a', 'bob', 'twins', user='twin1')
    demand(where.row('gshadow', 'twins') == before, *where.row('gshadow', 'twins'))


def second_row(argv):
    """Two rows of one name, with two uids: the second's user cannot change the first row."""
    def case(where):
        talk = Talk(where, argv.split(), 'dup2')
        for _ in range(6):
            if not asked(talk):
                break
            talk.send('Wrong-guess-11' + '\n')
        talk.finish()
        where.unchanged()
    return case


CASES = [
    *((f'refused {user}: {argv}', refusal(argv, user), kinds) for argv, user, kinds in REFUSED),
    *((f'allowed {user}: {argv}', allowed(argv, user, *tables), ALL)
      for argv, user, tables in ALLOWED),
    *((f'chfn-restrict-{value}{option}', restricted(value, option, may), ALL)
      for value, option, may in RESTRICTED),
    ('newgrp-without-password', newgrp_refused('priv'), ALL),
    ('newgrp-wrong-password', newgrp_refused('club'), ALL),
    ('newgrp-exclamation-mark', newgrp_refused('priv', word='!'), ALL),
    ('newgrp-own-password', newgrp_refused('club', word=HAS['alice']), ALL),
    ('newgrp-empty-password', newgrp_refused('club', word=''), ALL),
    ('newgrp-empty-field', newgrp_refused('loose', word=''), ALL),
    ('newgrp-root', newgrp_refused('root'), ALL),
    ('newgrp-no-more-rights', newgrp_has_no_more_rights, ALL),
    ('twin-own-password', twin('twin1', 'twin1', HAS['twin1'], True), ALL),
    ('twin-other-with-its-password', twin('twin1', 'twin2', HAS['twin2'], True), ALL),
    ('twin-other-with-own-password', twin('twin1', 'twin2', HAS['twin1'], False), ALL),
    ('twin-is-no-admin', twin_is_no_admin, ALL),
    ('second-row-passwd', second_row('passwd'), OURS),
    ('second-row-chfn', second_row('chfn -r 9'), OURS),
    ('second-row-chsh', second_row('chsh -s /bin/bash'), OURS),
    ('second-row-chage', second_row('chage -M 5 dup'), OURS),
]
