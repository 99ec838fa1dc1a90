# SPDX-License-Identifier: BSD-3-Clause
"""newusers: accounts in one transaction, then passwords by PAM, or by libcrypt within it.

Whether a password is right is asked of the system's own su and login.
"""
import os
import re
import signal
import time

import people
from people import NEW as WORD
from place import demand
from talk import PASSWORD, Talk, call

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')
PAM = ('pam',)
SECOND = 'Purple-tram-61'
LIST = (f'dave:{WORD}:2000::Dave D:/home/dave:/bin/sh\n'
        f'erin:{SECOND}:2001:club::/home/erin:/bin/sh\n')
ALL_TABLES = ('group', 'gshadow', 'passwd', 'shadow', 'subgid', 'subuid')


def newusers(where, text, *options, status=0, user='root'):
    return call(where, 'newusers', *options, user=user, stdin=text.encode(), status=status)


def log_in(where, user, word, good=True):
    """By login(1) on a terminal, and by su(1) of somebody else."""
    # The log is read: whoever finds it full waits.
    where.said()
    talk = Talk(where, ['login', user], 'root', path='/usr/bin/login')
    talk.answer(PASSWORD, word)
    talk.expect(r'\$ ' if good else 'Login incorrect')
    if good:
        talk.send('echo "<$(id -un)>"; exit\n')
        talk.finish(0)
        demand(f'<{user}>' in talk.text(), talk.text())
    talk.end()
    where.said()
    talk = Talk(where, ['su', user, '-c', 'echo "<$(id -un)>"'], 'alice', path='/usr/bin/su')
    talk.answer(PASSWORD, word)
    talk.finish(0 if good else 1)
    demand((f'<{user}>' in talk.text()) == good, talk.text())


def stored(where, user):
    return where.row('shadow', user)[1]


def method(where, user, wanted):
    demand(stored(where, user).startswith(wanted), f'{user}: {stored(where, user)[:6]}')


def made(where):
    """Both accounts, whole, and their homes."""
    demand(where.row('passwd', 'dave')[1:3] == ['x', '2000'], where.row('passwd', 'dave'))
    demand(where.row('passwd', 'erin')[3] == where.row('group', 'club')[2],
           where.row('passwd', 'erin'))
    for user, uid in (('dave', 2000), ('erin', 2001)):
        demand(os.stat(f'{where.dir}/home/{user}').st_uid == uid, f'the home of {user}')
        demand(where.row('shadow', user)[2] == str(people.TODAY), where.row('shadow', user))


def plain(where):
    newusers(where, LIST)
    where.only(*ALL_TABLES)
    made(where)
    # Debian's service makes yescrypt, its login.defs SHA-512.
    method(where, 'dave', '$6$' if where.kind == 'bare' else '$y$')
    log_in(where, 'dave', WORD)
    log_in(where, 'erin', SECOND)
    log_in(where, 'erin', WORD, good=False)


def from_file(where):
    where.write('/root/list', LIST, mode=0o600)
    call(where, 'newusers', '/root/list', user='root', status=0)
    made(where)
    log_in(where, 'dave', WORD)


def of_one_who_exists(where):
    newusers(where, f'bob:{WORD}:::::\n')
    where.only(*(ALL_TABLES[3:] if where.kind == 'packaged' else ['shadow']))
    log_in(where, 'bob', WORD)
    log_in(where, 'bob', people.PASSWORD['bob'], good=False)


def no_pam(*options, wanted='$6$'):
    def case(where):
        newusers(where, LIST, *options)
        where.only(*ALL_TABLES)
        made(where)
        method(where, 'dave', wanted)
        log_in(where, 'dave', WORD)
        log_in(where, 'erin', SECOND)
    return case


def no_service(where):
    """Root is told, and the passwords are hashed here."""
    for name in ('newusers', 'other'):
        os.rename(f'{where.dir}/etc/pam.d/{name}', f'{where.dir}/root/{name}')
    start = where.snapshot()
    talk = newusers(where, LIST)
    demand('PAM' in talk.text(), f'it says nothing: {talk.text()}')
    demand(where.changed(start) == sorted(ALL_TABLES), *where.changed(start))
    made(where)
    method(where, 'dave', '$6$')
    for name in ('newusers', 'other'):
        os.rename(f'{where.dir}/root/{name}', f'{where.dir}/etc/pam.d/{name}')
    log_in(where, 'dave', WORD)


def other_service(where):
    """Without a file of its own the service is "other", and PAM goes on."""
    os.unlink(f'{where.dir}/etc/pam.d/newusers')
    newusers(where, LIST)
    made(where)
    method(where, 'dave', '$y$')
    log_in(where, 'dave', WORD)


def service(where, text):
    where.write('/etc/pam.d/newusers', text)
    where.start = where.snapshot()


def refused(where):
    """The accounts are there and locked."""
    service(where, 'password requisite pam_deny.so\n')
    talk = newusers(where, LIST, status=1)
    where.only(*ALL_TABLES)
    made_locked(where, 'dave', 'erin')
    demand(WORD not in talk.text() and SECOND not in talk.text(), 'a password is shown')


def made_locked(where, *users):
    for user in users:
        demand(stored(where, user)[:1] in ('!', '*'), f'{user} can log in: {stored(where, user)}')
        demand(os.path.isdir(f'{where.dir}/home/{user}'), f'no home of {user}')
        log_in(where, user, WORD, good=False)


def one_refused(where):
    """The others are done; it is said which one is not, by its line."""
    service(where, 'password requisite pam_succeed_if.so quiet user != dave\n'
                   'password required pam_unix.so yescrypt\n')
    talk = newusers(where, LIST, status=1)
    demand(re.search(r'dave|line 1\b', talk.text()), talk.text())
    made_locked(where, 'dave')
    log_in(where, 'erin', SECOND)


def wrong_line(where):
    """Nothing is made, nothing is set."""
    talk = newusers(where, LIST + 'frank:x:-3::::\n' + f'bob:{WORD}:::::\n', status=1)
    demand('line 3' in talk.text(), talk.text())
    where.unchanged()
    demand(not os.path.exists(f'{where.dir}/home/dave'), 'a home was made')


def as_user(where):
    talk = newusers(where, LIST, user='alice', status=None)
    demand(talk.status not in (0, None), 'status 0')
    where.unchanged()


def ended_while_hashing(where):
    """Before the files are locked: nothing has changed."""
    talk = Talk(where, ['newusers', '--no-pam', '-c', 'SHA512', '-s', '40000000'], 'root',
                stdin=LIST.encode())
    time.sleep(0.5)
    demand(not talk.ended(), f'it is over: {talk.text()}')
    os.kill(talk.pid, signal.SIGTERM)
    talk.finish()
    demand(talk.status != 0, 'status 0')
    where.unchanged()


def ended_within_pam(where):
    """The accounts were committed: each is whole, with its password or locked."""
    service(where, 'password optional pam_exec.so quiet /bin/sleep 1\n'
                   'password required pam_unix.so yescrypt\n')
    talk = Talk(where, ['newusers'], 'root', stdin=LIST.encode())
    end = time.monotonic() + 20
    while not where.row('shadow', 'dave') and time.monotonic() < end:
        talk.pump(0.02)
    os.kill(talk.pid, signal.SIGKILL)
    talk.finish(-signal.SIGKILL)
    # The process that talks to PAM may be at work still.
    time.sleep(4)
    where.only(*ALL_TABLES)
    for user, word in (('dave', WORD), ('erin', SECOND)):
        demand(stored(where, user)[:1] == '!' or people.matches(word, stored(where, user)), user)


def shows_how_far(where):
    """On a terminal, and wiped away at the end."""
    lines = ''.join(f'u{n}:{WORD}:{3000 + n}:club::/home/u{n}:/bin/sh\n' for n in range(400))
    talk = newusers(where, lines, '--no-pam', '-c', 'SHA512', '-s', '30000')
    demand(re.search(r'newusers: \d+ of 400', talk.text()), talk.text()[-200:])
    log_in(where, 'u399', WORD)


CASES = [
    ('newusers-plain', plain, ALL),
    ('newusers-from-file', from_file, ALL),
    ('newusers-of-one-who-exists', of_one_who_exists, ALL),
    ('newusers-no-pam', no_pam('--no-pam'), OURS),
    ('newusers-method', no_pam('-c', 'YESCRYPT', wanted='$y$'), OURS),
    ('newusers-rounds', no_pam('-c', 'SHA256', '-s', '2000', wanted='$5$rounds=2000$'), OURS),
    ('newusers-no-service', no_service, PAM),
    ('newusers-other-service', other_service, ('packaged', 'pam')),
    ('newusers-refused', refused, ('packaged', 'pam')),
    ('newusers-one-refused', one_refused, PAM),
    ('newusers-wrong-line', wrong_line, OURS),
    ('newusers-as-user', as_user, ALL),
    ('newusers-ended-while-hashing', ended_while_hashing, OURS),
    ('newusers-ended-within-pam', ended_within_pam, PAM),
    ('newusers-shows-how-far', shows_how_far, OURS),
]
