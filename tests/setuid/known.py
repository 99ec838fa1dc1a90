# SPDX-License-Identifier: BSD-3-Clause
"""Faults that others had, as cases.

CVE-2023-4641 is in wiped.py; CVE-2019-16110 is held by the case of CVE-2019-19882.
Of the list of the field these concern other tools, and are held elsewhere: CVE-2013-4235 (trees:
tests/root/races.py), CVE-2018-16588 (skel: tests/root/hostile.py), CVE-2016-6252 and CVE-2018-7169
(newuidmap), CVE-2017-12424 (newusers), CVE-2024-56433 (sub-id ranges), CVE-2005-4890 (su -c:
newgrp and sg never change the user, who has the terminal anyway).
"""
import os
import re
import stat
import subprocess
import time

import people
from people import PASSWORD as HAS
from place import BUILDS, PLAIN, SETGID_SHADOW, SETUID, demand
from rights import asked
from stops import EVERY, begin
from talk import PASSWORD, Talk, call

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')

# Values that must not get into a field; the second of a pair: does Debian's tool refuse it, too?
VALUES = {
    'newline': ('9\nevil::0:0:::/bin/sh', True),
    'nis': ('9\n+::0:0:::', True),
    'return': ('9\revil', True),
    'escape': ('9\x1b[2Jevil', True),
    'bell': ('9\x07', True),
    'delete': ('9\x7f', True),
    'colon': ('9:0:0', True),
    'comma': ('9,8', True),
    'equals': ('9=8', True),
    'c1': ('9\xc2\x9b31m', False),
    'c1-raw': ('9\x9b31m', False),
    'bidi': ('9\xe2\x80\xae8', False),
    'bidi-isolate': ('9\xe2\x81\xa68', False),
    'line-separator': ('9\xe2\x80\xa88', False),
    'broken-utf8': ('9\xc3', False),
    'overlong': ('9\xc0\xba0', False),
    'long': ('9' * 5000, True),
}


def raw(value):
    """A word of bytes, as the kernel passes it on."""
    return value.encode('latin-1').decode('utf-8', 'surrogateescape')


def field(option, value, user, target):
    def case(where):
        talk = Talk(where, ['chfn', option, raw(value), target], user)
        if asked(talk):
            talk.answer(PASSWORD, HAS[user])
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        shown_raw = re.search('[\x1b\x9b\udc9b\u2028\u202e\u2068]', talk.text())
        demand(where.kind == 'packaged' or not shown_raw, repr(talk.text()))
        where.unchanged()
        demand(not any('\n' in line for line in where.said()), *where.said())
    return case


def typed_field(value):
    """The same at a prompt."""
    def case(where):
        talk = begin(where, EVERY['chfn'], 1)
        talk.send(os.fsencode(raw(value)) + b'\n')
        for _ in range(3):
            if asked(talk):
                talk.send('\n')
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        where.unchanged()
    return case


def utf8_is_right(where):
    """What the comment is for: names of people."""
    name = 'Żaneta Öz 李'
    call(where, 'chfn', '-f', name, 'bob', user='root', status=0)
    where.only('passwd')
    demand(where.row('passwd', 'bob')[4].split(',')[0] == name, *where.row('passwd', 'bob'))


def shell(value, user):
    def case(where):
        talk = Talk(where, ['chsh', '-s', raw(value), 'alice'], user)
        if asked(talk):
            talk.answer(PASSWORD, HAS[user])
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        where.unchanged()
    return case


def names(*argv):
    """Names that would be lines of a group file, or paths."""
    def case(where):
        for value in ('x\ny:z', 'a:b', 'alice,root\nevil::0:', '../../etc/passwd', '\x1b[2J'):
            talk = call(where, *[value if word == '?' else word for word in argv], user='root')
            demand(talk.status > 0, f'{value!r}: status {talk.status}')
            demand('\x1b' not in talk.text(), repr(talk.text()))
        where.unchanged()
    return case


def lines(tool, text):
    """CVE-2011-0721's kin: a hash or a name that would be a line."""
    def case(where):
        talk = call(where, tool, '-e', user='root', stdin=text)
        demand(talk.status > 0, f'status {talk.status}')
        where.unchanged()
    return case


# Of the build that has no --with-fcaps.
IDMAP = ('newuidmap', 'newgidmap')


def bits(where):
    """CVE-2019-19882: what make install gives bits to, and to nothing else."""
    target = f'{where.dir}/srv/installed'
    done = subprocess.run(['make', '-s', '-C', BUILDS[where.kind], 'install',
                           f'DESTDIR={target}'], stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    demand(done.returncode == 0, done.stdout.decode()[-300:])
    found = {}
    for path, _, files in os.walk(target):
        for name in files:
            info = os.lstat(f'{path}/{name}')
            if stat.S_ISREG(info.st_mode) and info.st_mode & 0o6000:
                found[name] = f'{stat.S_IMODE(info.st_mode):o} {info.st_uid}:{info.st_gid}'
    wanted = {**{name: '4755 0:0' for name in SETUID + IDMAP},
              **{name: '2755 0:42' for name in SETGID_SHADOW}}
    demand(found == wanted, *sorted(found.items()))
    for name in PLAIN:
        demand(os.path.exists(f'{target}/usr/sbin/{name}'), name, 'is not installed')


def no_root_waits(where):
    """CVE-2017-2616: while the command of sg runs, who waits for it (and passes signals on) acts
    with the caller's rights.  Its saved uid is for the log at the end."""
    talk = Talk(where, ['sg', 'mine', '-c', 'echo begun; sleep 20'])
    talk.expect('begun')
    demand(where.left_running(), 'nothing runs')
    for pid in where.left_running():
        with open(f'{where.dir}/proc/{pid}/status', encoding='ascii', errors='replace') as file:
            status = dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
        real, effective, _, files = status['Uid'].split()
        demand('0' not in (real, effective, files), pid, status['Name'], status['Uid'])
        demand(int(status['CapEff'], 16) == 0, pid, status['Name'], status['CapEff'])
        if pid != talk.pid:
            demand(status['Uid'] == '1000\t1000\t1000\t1000', pid, status['Name'], status['Uid'])
            demand(int(status['CapPrm'], 16) == 0, pid, status['Name'], status['CapPrm'])


def parent_killed(where):
    """Whatever the caller does to what waits, the terminal and the shell after it are his."""
    talk = Talk(where, ['sg', 'mine', '-c', 'echo begun; sleep 1; echo done'])
    talk.expect('begun')
    time.sleep(0.1)
    for number in (18, 20, 15):     # CONT, TSTP, TERM
        where.as_user('alice', quietly_kill, talk.pid, number)
    talk.finish()
    talk.as_before()
    where.unchanged()


def quietly_kill(pid, number):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def without_service(where):
    """No PAM configuration: a user is refused or asked as ever, never let through."""
    for name in os.listdir(f'{where.dir}/etc/pam.d'):
        os.unlink(f'{where.dir}/etc/pam.d/{name}')
    start = where.snapshot()
    for argv in (['passwd'], ['chfn', '-r', '9'], ['chsh', '-s', '/bin/bash']):
        talk = Talk(where, argv)
        for _ in range(4):
            if not asked(talk):
                break
            talk.send('Wrong-guess-11' + '\n')
        talk.finish()
        demand(talk.status > 0, f'{argv[0]}: status {talk.status}')
    where.unchanged(start)


def without_modules(where):
    """A module that is named but not there: as above."""
    for name in ('passwd', 'chfn', 'chsh', 'common-auth', 'common-password', 'other'):
        where.write(f'/etc/pam.d/{name}', 'auth required pam_nosuch.so\n'
                                          'password required pam_nosuch.so\n')
    start = where.snapshot()
    for argv in (['passwd'], ['chfn', '-r', '9'], ['chsh', '-s', '/bin/bash']):
        talk = Talk(where, argv)
        for _ in range(4):
            if not asked(talk):
                break
            talk.send('Wrong-guess-11' + '\n')
        talk.finish()
        demand(talk.status > 0, f'{argv[0]}: status {talk.status}')
    where.unchanged(start)


def root_without_service(where):
    """Root in a bare container is told once, and his lines are done."""
    for name in os.listdir(f'{where.dir}/etc/pam.d'):
        os.unlink(f'{where.dir}/etc/pam.d/{name}')
    start = where.snapshot()
    talk = call(where, 'chpasswd', user='root', status=0,
                stdin=f'bob:{people.NEW}\nalice:{people.NEW}\n'.encode())
    demand(where.changed(start) == ['shadow'], *where.changed(start))
    for user in ('bob', 'alice'):
        demand(people.matches(people.NEW, where.row('shadow', user)[1]), user)
    demand(where.kind == 'bare' or len(talk.text().strip().split('\n')) == 1, talk.text())


CASES = [
    *((f'cve-2023-29383-{name}-{option[1]}', field(option, value, 'alice', 'alice'),
       ALL if packaged else OURS)
      for name, (value, packaged) in VALUES.items() for option in ('-r', '-w')),
    *((f'cve-2011-0721-root-{name}', field('-f', value, 'root', 'bob'), OURS)
      for name, (value, _) in VALUES.items()),
    *((f'typed-{name}', typed_field(VALUES[name][0]), OURS)
      for name in ('escape', 'colon', 'comma', 'c1', 'bidi', 'broken-utf8')),
    ('utf8', utf8_is_right, ALL),
    *((f'cve-2011-0721-shell-{name}-{user}', shell(value, user), OURS)
      for name, value in {'newline': '/bin/sh\nevil::0:0:::', 'colon': '/bin/sh:',
                          'escape': '/bin/\x1b[2J', 'return': '/bin/sh\r'}.items()
      for user in ('alice', 'root')),
    ('names-add', names('gpasswd', '-a', '?', 'club'), OURS),
    ('names-admins', names('gpasswd', '-A', '?', 'club'), OURS),
    ('names-members', names('gpasswd', '-M', '?', 'club'), OURS),
    ('names-group', names('gpasswd', '-r', '?'), OURS),
    ('names-passwd', names('passwd', '-l', '?'), OURS),
    ('names-chage', names('chage', '-M', '5', '?'), OURS),
    ('days-chage', names('chage', '-M', '?', 'bob'), OURS),
    ('dates-chage', names('chage', '-E', '?', 'bob'), OURS),
    ('lines-chpasswd', lines('chpasswd', b'bob:$6$x:0:0\n'), OURS),
    ('lines-chgpasswd', lines('chgpasswd', b'priv:$6$x:root:alice\n'), OURS),
    ('lines-chpasswd-nul', lines('chpasswd', b'bob:$6$x\0y\n'), OURS),
    ('cve-2019-19882', bits, OURS),
    ('cve-2017-2616', no_root_waits, OURS),
    ('cve-2017-2616-signals', parent_killed, OURS),
    ('without-service', without_service, ('pam',)),
    ('without-modules', without_modules, ('pam',)),
    ('root-without-service', root_without_service, OURS),
]
