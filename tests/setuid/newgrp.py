# SPDX-License-Identifier: BSD-3-Clause
"""newgrp, sg and gpasswd: who may, what the session has, when it stops, what the logs say."""
import os
import re
import resource
import signal
import time

import people
from people import GROUP_PASSWORD, NEW as NEW_PASSWORD
from place import demand
from talk import AGAIN, NEW, PASSWORD, Hung, Talk, call

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')
ASKS, FREE = True, False


def sg(where, *argv, status=0, user='alice', **more):
    """What a command of sg says."""
    return call(where, 'sg', *argv, user=user, status=status, **more).text()


def logged(where, *wanted):
    """These lines are the log, by pattern."""
    lines = where.said()
    demand(len(lines) == len(wanted), 'the log is', *lines)
    for pattern, line in zip(wanted, lines):
        demand(re.fullmatch(rf'authpriv\.(info|err) {pattern}', line),
               f'"{line}" is not "{pattern}"')


# --- who may

def enters(group, asks, user='alice', row=None, shadow_row=None, kept=True):
    """row, shadow_row: instead of the group's ("" takes it away)."""
    def case(where):
        for table, line in (('group', row), ('gshadow', shadow_row)):
            if line is not None:
                lines = [old for old in where.read(f'/etc/{table}').splitlines()
                         if not old.startswith(f'{group}:')]
                where.write(f'/etc/{table}', '\n'.join([*lines, *line.splitlines()]) + '\n',
                            mode=0o644 if table == 'group' else 0o640)
        start = where.snapshot()
        if not kept:
            where.prepare_user = lambda name: None
        talk = Talk(where, ['sg', group, '-c', 'id -gn'], user)
        if asks:
            talk.answer(PASSWORD, GROUP_PASSWORD['club'])
        talk.finish(0)
        demand(re.search(f'^{group}$', talk.text(), re.M), talk.text())
        demand(asks or not re.search(PASSWORD, talk.text()), 'it asked')
        where.unchanged(start)
    return case


def hashed(group, members, admins=''):
    """A row of gshadow; of group, with a gid in the third place."""
    return f'{group}:{people.make_hash(GROUP_PASSWORD["club"])}:{admins}:{members}'


def refused(group, user='alice', **more):
    """Nothing that is typed opens it."""
    def case(where):
        started = time.monotonic()
        talk = Talk(where, ['sg', group, '-c', 'id -gn'], user, **more)
        talk.answer(PASSWORD, '')
        talk.finish(1)
        demand(time.monotonic() - started > 0.9, 'no delay')
        demand('Invalid password.' in talk.text(), talk.text())
        logged(where, rf"sg\[\]: Invalid password for group '{group}' from '{user}'")
        where.unchanged()
    return case


def log_before_the_delay(where):
    """Whoever ends the process at once is in the log all the same."""
    talk = Talk(where, ['sg', 'club', '-c', 'true'])
    talk.answer(PASSWORD, 'Nonsense-9999')
    for _ in range(100):
        if where.said():
            break
        time.sleep(0.01)
    where.as_user('alice', os.kill, talk.pid, signal.SIGKILL)
    talk.finish(-signal.SIGKILL)
    logged(where, r"sg\[\]: Invalid password for group 'club' from 'alice'")


def by_number(where):
    demand(sg(where, '1104', 'id -gn') == 'mine\n', 'not the group of that number')


def unknown(where):
    demand("group 'nosuch' does not exist" in sg(where, 'nosuch', 'id', status=1), 'no message')
    where.unchanged()


# --- what the session has

def log_of_a_session(where):
    sg(where, 'mine', 'exit 5', status=5)
    user = r"sg\[\]: user 'alice' \(login '[^']*' on pts/\d+\)"
    logged(where, f"{user} switched to group 'mine'", f"{user} returned to group 'users2'")


def no_log(where):
    where.control("sed -i 's/^SYSLOG_SG_ENAB.*/SYSLOG_SG_ENAB no/' /etc/login.defs")
    said = sg(where, 'mine', 'id -gn; grep PPid /proc/$$/status; kill -9 $$', status=(-9, 137))
    demand('mine' in said, said)
    logged(where)


def groups(where):
    """The new one joins those that are there."""
    where.control('usermod -aG priv alice')
    before = sg(where, 'mine', 'id -G')
    demand(sorted(before.split()) == ['1101', '1104'], before)


def only_the_callers_rights(where):
    status = sg(where, 'mine', 'cat /proc/self/status')
    for line in ('Uid:\t1000\t1000\t1000\t1000', 'Gid:\t1104\t1104\t1104\t1104',
                 'CapPrm:\t0000000000000000', 'CapEff:\t0000000000000000'):
        demand(line in status, f'no {line} in', status)


def as_it_was(where):
    """Umask, limits, ignored signals and the environment are the caller's."""
    def prepare():
        os.umask(0o27)
        resource.setrlimit(resource.RLIMIT_NOFILE, (77, 88))
        resource.setrlimit(resource.RLIMIT_CORE, (4096, 8192))
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    said = sg(where, 'mine', 'umask; ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; echo $MINE;'
              ' grep SigIgn /proc/self/status', prepare=prepare,
              env={'MINE': 'yes', 'LD_LIBRARY_PATH': '/nowhere'})
    demand(said.split('\n')[:6] == ['0027', '77', '88', '8', '16', 'yes'], said)
    demand('SigIgn:\t0000000000000800' in said, said)


def descriptors(where):
    """The caller's stay, and none of ours comes with it."""
    def prepare():
        os.dup2(1, 7)
    said = sg(where, 'mine', 'ls /proc/$$/fd', prepare=prepare).split()
    demand([name for name in said if int(name) < 10] == ['0', '1', '2', '7'], *said)
    demand(all(int(name) < 11 for name in said), *said)


def of_a_login(where):
    talk = Talk(where, ['newgrp', '-', 'mine'], env={'MINE': 'yes', 'LANG': 'xx'})
    talk.expect(r'\$ ')
    talk.send('env; pwd; echo "<$0>"; exit 7\n')
    talk.finish(7)
    for line in ('/home/alice', '<-sh>', 'TERM=vt100'):
        demand(re.search(f'^{line}$', talk.text(), re.M), f'no {line} in', talk.text())
    demand('MINE' not in talk.text() and 'LANG' not in talk.text(), talk.text())


def login_variables(where):
    """They are the account's, whatever the caller says."""
    talk = Talk(where, ['newgrp', '-', 'mine'], env={'HOME': '/tmp', 'SHELL': '/bin/bash',
                                                     'USER': 'bob', 'LOGNAME': 'bob'})
    talk.expect(r'\$ ')
    talk.send('env; exit 7\n')
    talk.finish(7)
    for line in ('HOME=/home/alice', 'SHELL=/bin/sh', 'USER=alice', 'LOGNAME=alice'):
        demand(re.search(f'^{line}$', talk.text(), re.M), f'no {line} in', talk.text())


def the_shell(where):
    talk = Talk(where, ['newgrp', 'mine'], env={'SHELL': '/bin/bash'})
    talk.expect(r'\$ ')
    talk.send('echo "<$0 $BASH>"; exit 7\n')
    talk.finish(7)
    demand(re.search('<bash (/usr)?/bin/bash>', talk.text()), talk.text())


def shell_of_no_path(where):
    talk = Talk(where, ['newgrp', 'mine'], env={'SHELL': 'evil', 'PATH': '/home/alice'})
    talk.expect(r'\$ ')
    talk.send('echo "<$0>"; exit 7\n')
    talk.finish(7)
    demand('<sh>' in talk.text(), talk.text())


def shell_that_fails(shell, status, why):
    def case(where):
        talk = call(where, 'newgrp', 'mine', env={'SHELL': shell}, status=status)
        demand(f'Cannot execute {shell}: {why}' in talk.text(), talk.text())
    return case


def killed_command(where):
    sg(where, 'mine', 'kill -9 $$', status=137)
    sg(where, 'mine', 'kill -15 $$', status=143)


# --- when it stops

def stops_and_goes_on(where):
    """The shell suspends itself: the one above has the terminal; after fg it is as before."""
    talk = Talk(where, ['newgrp', 'mine'], job=True, env={'SHELL': '/bin/bash'})
    talk.expect(r'\$ ')
    talk.send('suspend\n')
    talk.expect('<stopped>')
    talk.send('fg\n')
    time.sleep(0.2)
    talk.send('id -gn; exit 7\n')
    talk.finish(7)
    demand('mine' in talk.text(), talk.text())
    talk.as_before()


def keys_stop_and_end_a_command(where):
    talk = Talk(where, ['sg', 'mine', '-c', 'trap "echo went on" CONT; echo begun; sleep 30; true'],
                job=True)
    talk.expect('begun')
    time.sleep(0.1)
    talk.send(b'\x1a')
    talk.expect('<stopped>')
    talk.send('fg\n')
    time.sleep(0.3)
    talk.send(b'\x03')
    talk.finish(130, seconds=10)
    talk.as_before()


def key_right_after_the_start(where):
    """^Z as soon as it runs is never lost, and never leaves a stopped child alone."""
    for delay in (0, 0.004, 0.006, 0.007, 0.008, 0.012):
        where.said()    # who logs waits for room
        talk = Talk(where, ['sg', 'mine', '-c', 'exec sleep 0.5'], job=True)
        time.sleep(delay)
        talk.send(b'\x1a')
        try:
            talk.expect('<stopped>', seconds=3)
            talk.send('fg\n')
        except Hung:
            # It came before the program was the foreground job.
            pass
        talk.finish(0, seconds=10)


def ended_from_outside(where):
    """SIGTERM for sg reaches the command."""
    talk = Talk(where, ['sg', 'mine', '-c', 'trap "exit 9" TERM; echo begun; while :; do :; done'])
    talk.expect('begun')
    where.as_user('alice', os.kill, talk.pid, signal.SIGTERM)
    talk.finish(9, seconds=10)


# --- gpasswd

def gpasswd_logs(*argv, wanted, user='alice', status=0):
    def case(where):
        call(where, 'gpasswd', *argv, user=user, status=status)
        logged(where, rf'gpasswd\[\]: {wanted}')
    return case


def gpasswd_password_logs(where):
    talk = Talk(where, ['gpasswd', 'club'])
    talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD)
    talk.finish(0)
    logged(where, r'gpasswd\[\]: password of group club changed by alice')


def gpasswd_needs_a_terminal(where):
    talk = call(where, 'gpasswd', 'club', stdin=b'x\nx\n', status=1)
    demand('Not a tty' in talk.text(), talk.text())
    where.unchanged()


def gpasswd_then_newgrp(where):
    """The new password opens the group, the old one does not any more."""
    talk = Talk(where, ['gpasswd', 'club'])
    talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD)
    talk.finish(0)
    for word, status in ((GROUP_PASSWORD['club'], 1), (NEW_PASSWORD, 0)):
        talk = Talk(where, ['sg', 'club', '-c', 'id -gn'], 'rita')
        talk.answer(PASSWORD, word)
        talk.finish(status)
    call(where, 'gpasswd', '-r', 'club', status=0)
    talk = Talk(where, ['sg', 'club', '-c', 'id -gn'], 'rita')
    talk.answer(PASSWORD, NEW_PASSWORD)
    talk.finish(1)


def admin_no_more(where):
    """Who is taken off the list while he types has not the right any more."""
    talk = Talk(where, ['gpasswd', 'club'])
    talk.answer(NEW, NEW_PASSWORD)
    talk.expect(AGAIN)
    where.control('gpasswd -A bob club')
    start = where.snapshot()
    where.said()
    where.log.clear()
    talk.answer(AGAIN, NEW_PASSWORD)
    talk.finish(1)
    demand('Permission denied.' in talk.text(), talk.text())
    where.unchanged(start)
    logged(where, r'gpasswd\[\]: alice failed to change password of group club: '
                  r'Permission denied')


CASES = [
    ('may-member', enters('mine', FREE), ALL),
    ('may-member-not-in-the-kernel', enters('mine', FREE, kept=False), ALL),
    ('may-member-in-gshadow-only',
     enters('priv', FREE, shadow_row=hashed('priv', 'alice')), ALL),
    ('may-member-in-group-only', enters('priv', ASKS, row='priv:x:1101:alice',
                                        shadow_row=hashed('priv', 'bob'), kept=False), ALL),
    ('may-member-of-the-second-line',
     enters('priv', FREE, row='priv:x:1101:bob\npriv:x:1101:alice', shadow_row='', kept=False),
     ALL),
    ('may-administrator-is-asked', enters('priv', ASKS, shadow_row=hashed('priv', '', 'alice')),
     ALL),
    ('may-password-in-group', enters('priv', ASKS, row=hashed('priv', '', '1101'), shadow_row=''),
     ALL),
    ('may-primary', enters('users2', FREE), ALL),
    ('may-root', enters('priv', FREE, user='root'), ALL),
    ('may-supplementary', enters('loose', FREE, row='loose:x:1105:alice', shadow_row='loose:!::'),
     ALL),
    ('may-member-without-password',
     enters('priv', ASKS, user='empty', shadow_row=hashed('priv', 'empty')), ALL),
    ('may-not-locked', refused('priv'), ALL),
    ('may-not-empty', refused('loose'), ALL),
    ('log-before-the-delay', log_before_the_delay, OURS),
    ('by-number', by_number, OURS),
    ('unknown', unknown, ALL),
    ('log', log_of_a_session, ALL),
    ('no-log', no_log, ALL),
    ('groups', groups, ALL),
    ('rights', only_the_callers_rights, ALL),
    ('as-it-was', as_it_was, OURS),
    ('descriptors', descriptors, ALL),
    ('login', of_a_login, ALL),
    ('login-variables', login_variables, OURS),
    ('shell', the_shell, ALL),
    ('shell-of-no-path', shell_of_no_path, OURS),
    ('shell-missing', shell_that_fails('/no/such', 127, 'No such file or directory'), ALL),
    ('shell-not-executable', shell_that_fails('/etc/passwd', 126, 'Permission denied'), ALL),
    ('killed', killed_command, ALL),
    ('stop', stops_and_goes_on, ALL),
    ('stop-keys', keys_stop_and_end_a_command, ALL),
    ('stop-at-once', key_right_after_the_start, OURS),
    ('terminated', ended_from_outside, OURS),
    ('gpasswd-log-add', gpasswd_logs('-a', 'rita', 'club',
                                     wanted='user rita added by alice to group club'), ALL),
    ('gpasswd-log-remove', gpasswd_logs('-d', 'bob', 'club',
                                        wanted='user bob removed by alice from group club'), ALL),
    ('gpasswd-log-no-password', gpasswd_logs('-r', 'club', wanted=
                                             'password of group club removed by alice'), ALL),
    ('gpasswd-log-restrict', gpasswd_logs('-R', 'club',
                                          wanted='access to group club restricted by alice'), ALL),
    ('gpasswd-log-members', gpasswd_logs('-M', 'bob,rita', 'club', user='root', wanted=
                                         'members of group club set by root to bob,rita'), ALL),
    ('gpasswd-log-admins', gpasswd_logs('-A', 'bob', 'club', user='root', wanted=
                                        'administrators of group club set by root to bob'), ALL),
    ('gpasswd-log-refused', gpasswd_logs('-M', 'rita', 'club', status=1, wanted=
                                         'alice failed to set the members of group club to rita: '
                                         'Permission denied'), ALL),
    ('gpasswd-log-password', gpasswd_password_logs, ALL),
    ('gpasswd-log-stranger', gpasswd_logs('-a', 'bob', 'priv', status=1, wanted=
                                          'alice failed to add user bob to group priv: '
                                          'Permission denied'), ALL),
    ('gpasswd-no-terminal', gpasswd_needs_a_terminal, ALL),
    ('gpasswd-then-newgrp', gpasswd_then_newgrp, ALL),
    ('gpasswd-admin-no-more', admin_no_more, OURS),
]
