# SPDX-License-Identifier: BSD-3-Clause
"""What a caller can hand over: environment, descriptors, limits, argv."""
import os
import re
import resource
import signal
import subprocess

import people
import sandbox
from people import NEW as NEW_PASSWORD, PASSWORD as HAS
from place import demand
from rights import asked
from talk import AGAIN, NEW, OLD, PASSWORD, Talk, call
import watch

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')
MEGA = 1 << 20
PR_SET_NO_NEW_PRIVS = 38

# name: argv, user, answers, changed tables.  One that succeeds, of each tool.
GOOD = {
    'passwd': (['passwd'], 'alice', ((OLD, HAS['alice']), (NEW, NEW_PASSWORD),
                                     (AGAIN, NEW_PASSWORD)), ('shadow',)),
    'passwd-status': (['passwd', '-S'], 'alice', (), ()),
    'chfn': (['chfn', '-r', '9'], 'alice', ((PASSWORD, HAS['alice']),), ('passwd',)),
    'chsh': (['chsh', '-s', '/bin/bash'], 'alice', ((PASSWORD, HAS['alice']),), ('passwd',)),
    'gpasswd': (['gpasswd', '-a', 'rita', 'club'], 'alice', (), ('group', 'gshadow')),
    'gpasswd-password': (['gpasswd', 'club'], 'alice',
                         ((NEW, NEW_PASSWORD), (AGAIN, NEW_PASSWORD)), ('gshadow',)),
    'chage': (['chage', '-l', 'alice'], 'alice', (), ()),
    'expiry': (['expiry', '-c'], 'alice', (), ()),
    'sg': (['sg', 'mine', '-c', 'true'], 'alice', (), ()),
    'sg-password': (['sg', 'club', '-c', 'true'], 'alice',
                    ((PASSWORD, people.GROUP_PASSWORD['club']),), ()),
}


def finish(where, tool, **more):
    argv, user, steps, tables = GOOD[tool]
    talk = Talk(where, argv, user, **more)
    for pattern, answer in steps:
        talk.answer(pattern, answer)
    talk.finish(0)
    talk.as_before()
    where.only(*tables)
    return talk


def any_way(where, tool, **more):
    """It may succeed or fail; the files are as before or as after."""
    argv, user, steps, tables = GOOD[tool]
    talk = Talk(where, argv, user, **more)
    for _, answer in steps:
        if not asked(talk):
            break
        talk.send(answer + '\n')
    talk.finish()
    if talk.status == 0:
        where.only(*tables)
    else:
        where.unchanged()
    return talk


# --- environment

def nasty(home):
    return {
        'LD_PRELOAD': f'{home}/evil.so', 'LD_LIBRARY_PATH': home, 'LD_AUDIT': f'{home}/evil.so',
        'LD_DEBUG': 'all', 'LD_DEBUG_OUTPUT': f'{home}/debug', 'LD_BIND_NOW': '1',
        'PATH': f'{home}/bin', 'IFS': '/s', 'ENV': f'{home}/rc', 'BASH_ENV': f'{home}/rc',
        'SHELLOPTS': 'xtrace', 'LOCPATH': f'{home}/locale', 'LC_ALL': 'xx_XX.UTF-8',
        'LANG': '../../home/alice/locale/xx', 'LANGUAGE': f'../..{home}/locale:{home}/locale',
        'NLSPATH': f'{home}/%N.cat', 'TEXTDOMAINDIR': f'{home}/locale', 'OUTPUT_CHARSET': 'UTF-16',
        'GCONV_PATH': f'{home}/gconv', 'GETCONF_DIR': f'{home}/getconf',
        'HOSTALIASES': f'{home}/hosts', 'RES_OPTIONS': 'debug', 'LOCALDOMAIN': 'evil',
        'MALLOC_TRACE': f'{home}/trace', 'MALLOC_CHECK_': '3', 'MALLOC_PERTURB_': '170',
        'MALLOC_ARENA_TEST': '1', 'GLIBC_TUNABLES': 'glibc.malloc.mxfast=glibc.malloc.mxfast=A',
        'TZ': f':{home}/zone', 'TZDIR': home, 'TMPDIR': f'{home}/tmp', 'TERM': f'{home}/term',
        'TERMINFO': home, 'SHADOW_SELINUX': 'strict', 'SOURCE_DATE_EPOCH': '86400',
        'POSIXLY_CORRECT': '1', 'COLUMNS': '-1', 'LINES': '0', 'NSS_FILES': f'{home}/passwd',
        'KRB5_CONFIG': f'{home}/krb5', 'HOME': home, 'USER': 'root', 'LOGNAME': 'root',
        'SHELL': f'{home}/bin/sh', 'PAM_CONFDIR': home, 'XDG_CONFIG_HOME': home, '': 'nameless',
        'LC_MESSAGES': 'a' * 5000, 'LC_TIME': '%n%n%s', 'X' * 3000: 'y',
    }


EVIL = '''#include <fcntl.h>
__attribute__((constructor)) static void here(void)
{
	open("/home/alice/loaded", O_CREAT | O_WRONLY, 0666);
}
'''


def lay_traps(where):
    """Files that only a program which believes the environment opens."""
    home = '/home/alice'
    for name in ('locale/xx_XX.UTF-8/LC_MESSAGES/SYS_LC_MESSAGES',
                 'locale/xx_XX.UTF-8/LC_IDENTIFICATION', 'locale/xx/LC_MESSAGES/passwd.mo',
                 'locale/LC_MESSAGES/passwd.mo', 'locale/LC_MESSAGES/Linux-PAM.mo', 'zone', 'rc',
                 'passwd', 'hosts', 'passwd.cat', 'gconv/gconv-modules', 'krb5'):
        where.write(f'{home}/{name}', 'x', 'alice')
    for name in ('passwd', 'sh', 'nscd', 'sss_cache', 'unix_chkpwd', 'true', 'id'):
        where.write(f'{home}/bin/{name}', '#!/bin/sh\necho run >>/home/alice/loaded\n', 'alice',
                    0o755)
    where.write(f'{home}/evil.c', EVIL, 'alice')
    done = subprocess.run(['cc', '-shared', '-fPIC', '-o', f'{where.dir}{home}/evil.so',
                           f'{where.dir}{home}/evil.c'], check=False)
    demand(done.returncode == 0, 'cannot compile')
    return watch.Watch(f'{where.dir}{home}')


def environment(tool):
    def case(where):
        seen = lay_traps(where)
        env = nasty('/home/alice')
        if tool.startswith('sg'):
            # The command runs as the caller: it may heed it all.
            argv, user, steps, tables = GOOD[tool]
            talk = Talk(where, argv[:2] + ['-c', 'exit 0'], user, env={**env, 'LD_PRELOAD': '',
                                                                       'LD_AUDIT': ''})
            for pattern, answer in steps:
                talk.answer(pattern, answer)
            talk.finish()
            where.only(*tables)
            demand(not os.path.exists(f'{where.dir}/home/alice/debug'), 'it wrote debug')
            return
        talk = finish(where, tool, env=env)
        opened = seen.names()
        demand(not opened, 'it opened', *opened)
        demand('/home/alice' not in talk.text(), talk.text())
        if tool == 'passwd':
            day = where.row('shadow', 'alice')[2]
            demand(day == str(people.TODAY), 'the day is', day)
    return case


def traps_work(where):
    """The same environment on a program without bits: the traps are sprung."""
    seen = lay_traps(where)
    env = nasty('/home/alice')
    for name in ('GLIBC_TUNABLES', 'LD_DEBUG'):
        env.pop(name)
    call(where, '/usr/bin/ls', '-l', '/', env=env)
    opened = seen.names()
    for name in ('evil.so', 'loaded', 'zone', 'locale'):
        demand(any(name in path for path in opened), f'{name} was not opened, but', *opened)


# --- descriptors

def closed(tool, numbers):
    def case(where):
        argv, user, _, tables = GOOD[tool]
        talk = call(where, *argv, user=user, closed=numbers)
        demand(talk.status == 0, f'status {talk.status} {talk.text()}')
        where.only(*tables)
    return case


def closed_dialogue(tool, numbers):
    """Who cannot be asked is not obeyed; what is written goes to no account file."""
    def case(where):
        any_way(where, tool, closed=numbers)
    return case


def full_output(where):
    """The result cannot be written: that is an error."""
    talk = call(where, 'passwd', '-S', prepare=lambda: os.dup2(
        os.open('/dev/full', os.O_WRONLY), 1))
    demand(talk.status != 0, 'status 0')


def broken_pipe(tool):
    """Nobody listens: SIGPIPE does not stop a change in the middle."""
    def prepare():
        read_end, write_end = os.pipe()
        os.dup2(write_end, 1)
        os.dup2(write_end, 2)
        os.close(read_end)
        os.close(write_end)

    def case(where):
        argv, user, _, tables = GOOD[tool]
        talk = call(where, *argv, user=user, prepare=prepare)
        if talk.status == 0:
            where.only(*tables)
        else:
            demand(where.changed() in ([], sorted(tables)), 'changed:', *where.changed())
            where.free()
    return case


def handed_over(where):
    """Descriptors of the caller's stay what they are: nothing is written to them."""
    where.write('/home/alice/mine', '', 'alice')

    def prepare():
        for number in range(3, 12):
            os.dup2(os.open('/home/alice/mine', os.O_RDWR), number, inheritable=True)
    finish(where, 'gpasswd', prepare=prepare)
    demand(where.read('/home/alice/mine') == '', where.read('/home/alice/mine'))


# --- limits

def limit(what, soft, hard=None):
    def prepare():
        resource.setrlimit(what, (soft, soft if hard is None else hard))
    return prepare


def may_lift():
    """Many containers have taken CAP_SYS_RESOURCE away: a hard limit is one for root, too."""
    with open('/proc/self/status', encoding='ascii') as file:
        effective = re.search(r'CapEff:\t(\w+)', file.read())[1]
    return bool(int(effective, 16) & 1 << 24)


def limited(tool, what, soft):
    """A soft limit is lifted; a hard one, too, where the kernel lets root do so."""
    def case(where):
        _, hard = resource.getrlimit(what)
        finish(where, tool, prepare=limit(what, soft, hard))
    return case


def hard_limited(tool, what, hard):
    def case(where):
        if may_lift():
            finish(where, tool, prepare=limit(what, hard))
        else:
            any_way(where, tool, prepare=limit(what, hard))
    return case


def starved(tool, prepare):
    """Not even the dynamic linker may find what it needs."""
    def case(where):
        talk = any_way(where, tool, prepare=prepare)
        demand(not talk.dumped, 'it left a core')
    return case


LIFTED = {
    'fsize-0': (resource.RLIMIT_FSIZE, 0),
    'cpu-1': (resource.RLIMIT_CPU, 1),
    'memlock-0': (resource.RLIMIT_MEMLOCK, 0),
    'nofile-8': (resource.RLIMIT_NOFILE, 8),
    'stack-64K': (resource.RLIMIT_STACK, MEGA // 16),
}
STARVED = {
    'nofile-3': limit(resource.RLIMIT_NOFILE, 3),
    'nofile-4': limit(resource.RLIMIT_NOFILE, 4),
    'nofile-5': limit(resource.RLIMIT_NOFILE, 5),
    'as-1M': limit(resource.RLIMIT_AS, MEGA),
    'as-4M': limit(resource.RLIMIT_AS, 4 * MEGA),
    'as-8M': limit(resource.RLIMIT_AS, 8 * MEGA),
    'as-16M': limit(resource.RLIMIT_AS, 16 * MEGA),
    'data-0': limit(resource.RLIMIT_DATA, 0),
    'data-1M': limit(resource.RLIMIT_DATA, MEGA),
    'stack-128K': limit(resource.RLIMIT_STACK, MEGA // 8),
    'stack-512K': limit(resource.RLIMIT_STACK, MEGA // 2),
    'nproc-0': limit(resource.RLIMIT_NPROC, 0),
}


def signals_off(where):
    """Ignored and blocked signals are the caller's business and stop nothing."""
    def prepare():
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGALRM,
                       signal.SIGPIPE, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
    finish(where, 'passwd', prepare=prepare)


def umask_of_0777(where):
    finish(where, 'gpasswd', prepare=lambda: os.umask(0o777))
    for name in ('group', 'gshadow', 'group-', 'gshadow-'):
        before, now = os.stat(f'{where.base}/etc/{name.rstrip("-")}'), \
            os.stat(f'{where.dir}/etc/{name}')
        demand(before.st_mode == now.st_mode, name, oct(now.st_mode))


def alarm_pending(where):
    """An alarm set by the caller goes off in the middle of a dialogue or not: all is as before."""
    talk = Talk(where, ['passwd'], prepare=lambda: signal.setitimer(signal.ITIMER_REAL, 0.3))
    talk.expect(OLD)
    talk.finish()
    demand(talk.status != 0, 'status 0')
    talk.as_before()
    where.unchanged()


def no_new_rights(tool):
    """Where the kernel gives a program no bits (no_new_privs, nosuid) it can do nothing."""
    def case(where):
        argv, user, steps, _ = GOOD[tool]
        talk = Talk(where, argv, user,
                    prepare=lambda: sandbox.libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        for _, answer in steps:
            if not asked(talk):
                break
            talk.send(answer + '\n')
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        talk.as_before()
        where.unchanged()
    return case


def from_nowhere(where):
    """The working directory is gone."""
    def prepare():
        os.mkdir('/tmp/gone')
        os.chdir('/tmp/gone')
        os.rmdir('/tmp/gone')
    finish(where, 'passwd', prepare=prepare)


# --- argv

def argv_null(tool):
    """The kernel of today makes it one empty word; nothing of it can be done, or all."""
    def case(where):
        argv, user, _, _ = GOOD[tool]
        talk = Talk(where, argv[:1], user, argv0=None)
        for _ in range(4):
            if not asked(talk):
                break
            talk.send('Wrong-guess-11' + '\n')
        talk.finish()
        demand(talk.status > -1, f'signal {talk.status}')
        where.unchanged()
    return case


def other_name(tool, name):
    """What it is called decides nothing about rights, and is not printed raw."""
    def case(where):
        argv, user, _, _ = GOOD[tool]
        talk = Talk(where, argv, user, argv0=name)
        for _ in range(4):
            if not asked(talk):
                break
            talk.send('Wrong-guess-11' + '\n')
        talk.finish()
        demand(talk.status > -1, f'signal {talk.status}')
        demand(tool == 'gpasswd' or not where.changed(), *where.changed())
        demand('\x1b' not in talk.text(), repr(talk.text()))
        where.free()
    return case


def long_words(tool):
    def case(where):
        argv, user, _, _ = GOOD[tool]
        talk = Talk(where, argv[:1] + ['A' * 100000, '-r', 'B' * 100000], user)
        talk.finish()
        demand(talk.status > 0, f'status {talk.status}')
        where.unchanged()
    return case


ASKS_NOTHING = ('passwd-status', 'gpasswd', 'chage', 'expiry', 'sg')
FDS = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
WRITERS = ('passwd', 'chfn', 'chsh', 'gpasswd', 'gpasswd-password')


def name_of(numbers):
    return ''.join(str(number) for number in numbers)


CASES = [
    ('traps-work', traps_work, ('packaged',)),
    *((f'environment-{tool}', environment(tool), ALL) for tool in GOOD),
    *((f'closed-{name_of(fds)}-{tool}', closed(tool, fds), OURS)
      for tool in ASKS_NOTHING for fds in FDS),
    *((f'closed-{name_of(fds)}-{tool}', closed_dialogue(tool, fds), OURS)
      for tool in ('passwd', 'chfn', 'gpasswd-password', 'sg-password') for fds in FDS),
    ('full-output', full_output, OURS),
    *((f'broken-pipe-{tool}', broken_pipe(tool), OURS) for tool in ASKS_NOTHING),
    ('handed-over', handed_over, OURS),
    *((f'limit-{name}-{tool}', limited(tool, *what), OURS)
      for tool in WRITERS for name, what in LIFTED.items()),
    *((f'hard-limit-{name}-{tool}', hard_limited(tool, *what), OURS)
      for tool in ('passwd', 'gpasswd') for name, what in LIFTED.items()),
    *((f'limit-{name}-{tool}', starved(tool, prepare), OURS)
      for tool in ('passwd', 'chfn', 'gpasswd', 'sg-password')
      for name, prepare in STARVED.items()),
    *((f'no-new-rights-{tool}', no_new_rights(tool), OURS) for tool in WRITERS),
    ('from-nowhere', from_nowhere, OURS),
    ('signals-off', signals_off, OURS),
    ('umask', umask_of_0777, OURS),
    ('alarm', alarm_pending, OURS),
    *((f'argv-null-{tool}', argv_null(tool), OURS) for tool in GOOD if '-' not in tool),
    *((f'argv0-{tool}-{number}', other_name(tool, name), OURS)
      for tool in ('passwd', 'chfn', 'gpasswd', 'sg', 'chage')
      for number, name in enumerate(('/home/alice/bin/sg', '-passwd', '\x1b[2J%n%s', 'a' * 9000))),
    *((f'long-words-{tool}', long_words(tool), OURS)
      for tool in ('passwd', 'chfn', 'chsh', 'gpasswd', 'chage', 'expiry', 'sg')),
]
