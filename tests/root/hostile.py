# SPDX-License-Identifier: BSD-3-Clause
"""A tree under --prefix whose owner is no friend: nothing outside is read, changed or made."""
import os
import socket
import stat

from world import ACCOUNT, demand, differs, give, look

DIRECTORIES = ('skel', 'default', 'login.defs.d', 'selinux', 'shadow-maint')
NAMES = ACCOUNT + tuple(name + end for name in ACCOUNT
                        for end in ('-', '+', '++', '-+', '.lock', '.lock+')) + (
    '.pwd.lock', 'shadow.journal', 'shadow.journal+', 'shadow.journal.untrusted', 'login.defs',
    'nsswitch.conf', 'default/useradd', 'default/useradd-', 'default/useradd+') + DIRECTORIES
PLACES = ('etc', 'home', 'home/old', 'home/new', 'var', 'var/mail', 'var/mail/old',
          'var/mail/new', 'var/log', 'mnt', 'home/moved')
LINES = ('useradd -m -G staff,audio new', 'useradd -D -s /bin/zsh', 'usermod -aG empty -c x old',
         'usermod -u 4321 -g users old', 'usermod -m -d /home/moved old', 'groupadd -U old team',
         'groupmod -g 2222 -n stuff staff', 'userdel -r other', 'userdel -rf old')


def attack(w, what, option):
    """All lines, one after the other, on the tree as it is now."""
    before = look(w.outside)
    for line in LINES:
        w.run(f'{line} --lock-timeout=0', option=option)
        changed = differs(before, look(w.outside))
        demand(not changed, f'{what}: {line} changed outside:', changed)
    found = w.secrets_in_tree()
    demand(not found, f'{what}: the secret is in', found)


def each(w, names, plant):
    for number, name in enumerate(names):
        w.hostile()
        plant(name)
        attack(w, name, '-P' if number % 2 else '-R')


def target(w, name):
    return f'{w.outside}/dir' if os.path.basename(name) in DIRECTORIES or name in PLACES \
        else f'{w.outside}/secret'


def links_out(w):
    each(w, [f'etc/{name}' for name in NAMES] + list(PLACES),
         lambda name: os.symlink(target(w, name), w.clear(name)))


def links_up_and_out(w):
    each(w, [f'etc/{name}' for name in NAMES] + list(PLACES),
         lambda name: os.symlink('../' * 16 + target(w, name)[1:], w.clear(name)))


def links_through_proc(w):
    each(w, PLACES, lambda name: os.symlink(f'/proc/self/root{target(w, name)}', w.clear(name)))


def other_names(w):
    each(w, [f'etc/{name}' for name in NAMES if name not in DIRECTORIES],
         lambda name: os.link(f'{w.outside}/secret', w.clear(name)))


def fifos(w):
    each(w, [f'etc/{name}' for name in NAMES], lambda name: os.mkfifo(w.clear(name), 0o666))


def devices(w):
    each(w, [f'etc/{name}' for name in NAMES],
         lambda name: os.mknod(w.clear(name), 0o666 | stat.S_IFCHR, os.makedev(1, 5)))


def sockets(w):
    def plant(name):
        path = w.clear(name)
        here = os.getcwd()
        os.chdir(os.path.dirname(path))
        socket.socket(socket.AF_UNIX).bind(os.path.basename(path))
        os.chdir(here)
    each(w, [f'etc/{name}' for name in NAMES], plant)


def directories(w):
    def plant(name):
        os.makedirs(f'{w.clear(name)}/x')
        give(f'{w.tree}/{name}', 65432)
    each(w, [f'etc/{name}' for name in NAMES if name not in DIRECTORIES], plant)


def bytes_of_all_kinds(w):
    def plant(name):
        with open(w.clear(name), 'wb') as file:
            file.write(b'root:x:0:0\0:\n\0\n' + bytes(range(256)) * 20 +
                       b'\nold:x:1000:1000:\0:/home/old:/bin/sh\n' + b'y' * 32768 + b'\n' +
                       b'z:' + b'z' * (1 << 20) + b':1:1')
        os.chown(f'{w.tree}/{name}', 65432, 65432)
    each(w, [f'etc/{name}' for name in NAMES if name not in DIRECTORIES], plant)


def giants(w):
    def plant(name):
        with open(w.clear(name), 'wb') as file:
            file.truncate(1 << 40)
        os.chown(f'{w.tree}/{name}', 65432, 65432)
    each(w, ['etc/login.defs', 'etc/default/useradd', 'etc/nsswitch.conf', 'etc/.pwd.lock',
             'etc/passwd.lock', 'etc/shadow.journal'], plant)


def secrets_in_skel(w):
    """A link comes along as a link; another name of somebody's secret is an error."""
    w.hostile()
    os.symlink(f'{w.outside}/secret', w.etc('skel/link'))
    os.mkfifo(w.etc('skel/fifo'), 0o666)
    w.succeeds('useradd -m first')
    demand(os.path.islink(f'{w.tree}/home/first/link'), 'the link was not copied')
    os.link(f'{w.outside}/secret', w.etc('skel/name'))
    w.fails('useradd -m second', 12, 'it has other names and not everybody may read it')
    attack(w, 'skel', '-P')


def homes_of_other_names(w):
    """Root's files with a name in a home, in a tree that says that the home is root's."""
    w.hostile()
    with open(w.etc('passwd'), 'r+', encoding='utf-8') as file:
        text = file.read().replace('old:x:1000:1000', 'old:x:0:0')
        file.seek(0)
        file.write(text)
        file.truncate()
    give(f'{w.tree}/home/old', 0)
    os.link(f'{w.outside}/secret', f'{w.tree}/home/old/name')
    os.link(f'{w.outside}/dir/secret', w.clear('var/mail/old'))
    attack(w, 'home', '-P')


def login_records(w):
    for name in ('lastlog', 'faillog'):
        w.hostile()
        os.link(f'{w.outside}/log', f'{w.tree}/var/log/{name}')
        attack(w, name, '-P')
        w.hostile()
        os.symlink(f'{w.outside}/log', f'{w.tree}/var/log/{name}')
        attack(w, name, '-R')


def paths_in_files(w):
    """Homes, the mail directory and the policy's name with .. in them."""
    for number, (name, old, new) in enumerate((
            ('passwd', '/home/old', '/../../../..' + w.outside + '/dir'),
            ('passwd', 'other:x:1001', '../../../../../..' + w.outside + '/secret:x:0'),
            ('login.defs', '/var/mail', '/../../../..' + w.outside + '/dir'),
            ('login.defs', 'USERGROUPS_ENAB yes', 'USERDEL_CMD /bin/false\nCREATE_HOME yes'))):
        w.hostile()
        with open(w.etc(name), 'r+', encoding='utf-8') as file:
            text = file.read().replace(old, new)
            file.seek(0)
            file.write(text)
            file.truncate()
        attack(w, f'{name} with {new}', '-R' if number % 2 else '-P')


def policy(w):
    w.hostile()
    os.makedirs(w.etc('selinux/targeted/contexts/files'))
    os.mkfifo(w.etc('selinux/targeted/contexts/files/file_contexts'))
    for kind in ('targeted', '../../../../../..' + w.outside, '', 'x' * 5000):
        with open(w.etc('selinux/config'), 'w', encoding='utf-8') as file:
            file.write(f'SELINUX=enforcing\nSELINUXTYPE={kind}\n')
        for line in ('shadow-selinux --json', 'groupadd --selinux=auto g', 'groupdel g'):
            w.run(line)
    demand(not w.secrets_in_tree(), 'the secret came in')


CASES = (links_out, links_up_and_out, links_through_proc, other_names, fifos, devices, sockets,
         directories, bytes_of_all_kinds, giants, secrets_in_skel, homes_of_other_names,
         login_records, paths_in_files, policy)
