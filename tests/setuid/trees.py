# SPDX-License-Identifier: BSD-3-Clause
"""--root and --prefix given to a program with bits: the caller's rights alone count there."""
import os
import shutil

import people
from people import NEW as NEW_PASSWORD
from place import demand
from rights import asked, show_no_secret
from stops import begin
from talk import AGAIN, NEW, Talk, call

OURS = ('pam', 'bare')
TREE = '/home/alice/t'
FILES = ('passwd', 'shadow', 'group', 'gshadow', 'login.defs', 'shells')

# One of each tool: argv, the table that it changes.
LINES = {
    'passwd': (['passwd', '-l', 'bob'], 'shadow'),
    'passwd-expire': (['passwd', '-e', 'bob'], 'shadow'),
    'chage': (['chage', '-M', '5', 'bob'], 'shadow'),
    'chfn': (['chfn', '-f', 'Someone', 'bob'], 'passwd'),
    'chsh': (['chsh', '-s', '/bin/bash', 'bob'], 'passwd'),
    'gpasswd': (['gpasswd', '-a', 'alice', 'priv'], 'group'),
    'gpasswd-admins': (['gpasswd', '-A', 'alice', 'priv'], 'gshadow'),
}
READERS = {
    'passwd': ['passwd', '-S', '-a'],
    'passwd-one': ['passwd', '-S', 'bob'],
    'chage': ['chage', '-l', 'bob'],
}


def with_tree(argv, option, tree):
    return [argv[0], option, tree, *argv[1:]]


def own_tree(where):
    """What alice may do with a system of her own is not limited by ours."""
    os.makedirs(f'{where.dir}{TREE}/etc')
    for name in FILES:
        shutil.copyfile(f'{where.dir}/etc/{name}', f'{where.dir}{TREE}/etc/{name}')
    for path, _, names in os.walk(f'{where.dir}{TREE}'):
        for name in ('', *names):
            os.chown(f'{path}/{name}', *people.ids('alice'))


def works_in_own(tool, option):
    def case(where):
        own_tree(where)
        argv, table = LINES[tool]
        before = where.read(f'{TREE}/etc/{table}')
        call(where, *with_tree(argv, option, TREE), status=0)
        demand(where.read(f'{TREE}/etc/{table}') != before, 'nothing was changed')
        info = os.stat(f'{where.dir}{TREE}/etc/{table}')
        demand((info.st_uid, info.st_gid) == people.ids('alice'), 'it belongs to', info.st_uid)
        where.unchanged()
    return case


def password_in_own(where):
    """Nobody's old password is asked; root's rights are gone before the first question."""
    own_tree(where)
    dialogue = (['passwd', '--prefix', TREE, 'bob'], 'alice', (NEW, NEW_PASSWORD, True),
                (AGAIN, NEW_PASSWORD, True))
    talk = begin(where, dialogue, 0)
    with open(f'{where.dir}/proc/{talk.pid}/status', encoding='ascii') as file:
        status = dict(line.rstrip('\n').split(':\t', 1) for line in file if ':\t' in line)
    demand(status['Uid'] == '1000\t1000\t1000\t1000', status['Uid'])
    demand(status['Gid'] == '1000\t1000\t1000\t1000', status['Gid'])
    demand(int(status['CapEff'], 16) == 0 == int(status['CapPrm'], 16), status['CapPrm'])
    talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD).finish(0)
    stored = where.read(f'{TREE}/etc/shadow').split('\nbob:')[1].split(':')[0]
    demand(people.matches(NEW_PASSWORD, stored), stored[:20])
    where.unchanged()


def plant_link(target):
    def plant(where):
        os.makedirs(f'{where.dir}{TREE}')
        os.symlink(target, f'{where.dir}{TREE}/etc')
        return TREE
    return plant


def plant_file_links(target):
    def plant(where):
        own_tree(where)
        for name in ('passwd', 'shadow', 'group', 'gshadow'):
            os.unlink(f'{where.dir}{TREE}/etc/{name}')
            os.symlink(f'{target}/{name}', f'{where.dir}{TREE}/etc/{name}')
        return TREE
    return plant


def plant_hard_links(where):
    """Made by root: with fs.protected_hardlinks she cannot, without it she can."""
    own_tree(where)
    for name in ('passwd', 'shadow', 'group', 'gshadow'):
        os.unlink(f'{where.dir}{TREE}/etc/{name}')
        os.link(f'{where.dir}/etc/{name}', f'{where.dir}{TREE}/etc/{name}')
    return TREE


def plant_backup_links(where):
    """What a careless tool would truncate or replace."""
    own_tree(where)
    for name in ('passwd', 'shadow', 'group', 'gshadow'):
        for tail in ('-', '+', '.lock'):
            os.symlink(f'/etc/{name}', f'{where.dir}{TREE}/etc/{name}{tail}')
    os.symlink('/etc/shadow', f'{where.dir}{TREE}/etc/shadow.journal')
    os.symlink('/etc/nologin', f'{where.dir}{TREE}/etc/.pwd.lock')
    return TREE


PLANTED = {
    'etc-absolute': plant_link('/etc'),
    'etc-dotdot': plant_link('../../../etc'),
    'etc-magic': plant_link('/proc/1/root/etc'),
    'etc-self': plant_link('/proc/self/root/etc'),
    'files-absolute': plant_file_links('/etc'),
    'files-dotdot': plant_file_links('../../../../etc'),
    'hard-links': plant_hard_links,
    'backup-links': plant_backup_links,
    'slash': lambda where: '/',
    'slashes': lambda where: '//',
    'slash-dot': lambda where: '/.',
    'dotdot': lambda where: '/home/..',
    'proc-root': lambda where: '/proc/self/root',
    'proc-cwd': lambda where: '/proc/1/root',
}


def leads_nowhere(tool, planted, option):
    """Whatever its status is: the system's own files are as before."""
    def case(where):
        tree = PLANTED[planted](where)
        argv, _ = LINES[tool]
        before = {name: os.stat(f'{where.dir}/etc/{name}') for name in FILES}
        talk = Talk(where, with_tree(argv, option, tree))
        for _ in range(4):
            if not asked(talk):
                break
            talk.send(people.PASSWORD['alice'] + '\n')
        talk.finish()
        where.unchanged()
        for name, info in before.items():
            now = os.stat(f'{where.dir}/etc/{name}')
            demand((info.st_ino, info.st_mtime_ns) == (now.st_ino, now.st_mtime_ns), name)
        if planted not in ('backup-links',):
            demand(talk.status > 0, f'status {talk.status}')
        show_no_secret(where, talk)
    return case


def reads_nothing(tool, planted, option):
    """Set-gid shadow helps nobody to read another root's shadow file."""
    def case(where):
        tree = PLANTED[planted](where)
        talk = call(where, *with_tree(READERS[tool], option, tree))
        demand(' P ' not in talk.text() and 'Last password' not in talk.text(), talk.text())
        show_no_secret(where, talk)
        where.unchanged()
    return case


def settings_are_no_window(where):
    """A file that only root may read, under the name of one that complaints quote from."""
    own_tree(where)
    for name in ('login.defs', 'shells', 'passwd'):
        os.unlink(f'{where.dir}{TREE}/etc/{name}')
        os.link(f'{where.dir}/etc/shadow', f'{where.dir}{TREE}/etc/{name}')
    for argv, _ in LINES.values():
        show_no_secret(where, call(where, *with_tree(argv, '--prefix', TREE)))
    where.unchanged()


def no_tree(word):
    """An option without a usable directory is an error, not the running system."""
    def case(where):
        for argv, _ in LINES.values():
            talk = call(where, *with_tree(argv, '--prefix', word))
            demand(talk.status > 0, f'{argv[0]}: status {talk.status}')
        where.unchanged()
    return case


def both(where):
    own_tree(where)
    for argv, _ in LINES.values():
        call(where, argv[0], '--root', '/', '--prefix', TREE, *argv[1:])
        call(where, argv[0], '--prefix', TREE, '--root', '/', *argv[1:])
    where.unchanged()


CASES = [
    *((f'own{option}-{tool}', works_in_own(tool, option), OURS)
      for tool in LINES for option in ('--prefix', '--root')),
    ('own-password', password_in_own, OURS),
    *((f'{planted}-{tool}', leads_nowhere(tool, planted, '--prefix'), OURS)
      for tool in ('passwd', 'chage', 'chsh', 'gpasswd') for planted in PLANTED),
    *((f'{planted}-root-{tool}', leads_nowhere(tool, planted, '--root'), OURS)
      for tool in ('chfn', 'gpasswd-admins') for planted in ('etc-absolute', 'slash', 'proc-root')),
    *((f'reads-nothing-{planted}-{tool}', reads_nothing(tool, planted, '--prefix'), OURS)
      for tool in READERS for planted in ('slash', 'proc-root', 'etc-dotdot', 'hard-links')),
    ('settings', settings_are_no_window, OURS),
    ('none', no_tree('/nonexistent'), OURS),
    ('relative', no_tree('t'), OURS),
    ('both', both, OURS),
]
