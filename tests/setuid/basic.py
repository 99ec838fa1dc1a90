# SPDX-License-Identifier: BSD-3-Clause
"""What the tools are for: each dialogue to its end, and each way to answer it wrongly."""
import people
from people import NEW as NEW_PASSWORD, PASSWORD as HAS
from place import demand
from talk import AGAIN, NEW, OLD, PASSWORD, Talk, call

ALL = ('packaged', 'pam', 'bare')
OURS = ('pam', 'bare')
BARE = ('bare',)     # what PAM decides elsewhere


def change(where, user='alice', new=NEW_PASSWORD, again=None, old=None, argv=('passwd',)):
    talk = Talk(where, list(argv), user)
    talk.answer(OLD, HAS[user] if old is None else old)
    if old is None:
        talk.answer(NEW, new)
        talk.answer(AGAIN, new if again is None else again)
    return talk


def password_is(where, user, word):
    stored = where.row('shadow', user)[1]
    demand(people.matches(word, stored), f'the password of {user} is another: {stored[:20]}')


def passwd_own(where):
    talk = change(where)
    talk.finish(0)
    talk.as_before()
    where.only('shadow')
    password_is(where, 'alice', NEW_PASSWORD)
    demand(where.row('shadow', 'alice')[2] == str(people.TODAY), where.row('shadow', 'alice')[2])


def passwd_by_pipe(where):
    """A program that has the words at hand: they come from standard input, without a terminal."""
    words = f'{HAS["alice"]}\n{NEW_PASSWORD}\n{NEW_PASSWORD}\n'
    call(where, 'passwd', stdin=words.encode(), status=0)
    where.only('shadow')
    password_is(where, 'alice', NEW_PASSWORD)


def passwd_own_by_name(where):
    change(where, argv=('passwd', 'alice')).finish(0)
    where.only('shadow')
    password_is(where, 'alice', NEW_PASSWORD)


def refused(where, talk, status=None):
    """It ends without success, with the terminal and the files as they were."""
    talk.finish(status)
    demand(talk.status != 0, f'status 0: {talk.text()[-300:]!r}')
    talk.as_before()
    where.unchanged()


def passwd_wrong_old(where):
    refused(where, change(where, old='Nonsense-9999'))


def passwd_empty_old(where):
    refused(where, change(where, old=''))


def passwd_mismatch(where):
    talk = change(where, again='Something-else-3')
    for _ in range(4):      # without PAM the tool may ask again
        if talk.ended():
            break
        try:
            talk.expect(NEW, 3)
        except Exception:
            break
        talk.answer(NEW, NEW_PASSWORD)
        talk.answer(AGAIN, 'Something-else-3')
    refused(where, talk)


def passwd_new_bad(word):
    """The new one is refused each time that it is given; in the end that is all."""
    def case(where):
        talk = Talk(where, ['passwd'])
        talk.answer(OLD, HAS['alice'])
        for _ in range(6):
            talk.expect(NEW + r'|\Z' if talk.ended() else NEW)
            talk.answer(NEW, word)
            if until(talk, AGAIN, NEW):
                talk.answer(AGAIN, word)
            if over(talk, NEW):
                break
        refused(where, talk)
    return case


def until(talk, yes, no):
    """Which comes first after the last answer: true for yes; false for no or the end."""
    import re
    from talk import Hung
    try:
        talk.expect(f'({yes})|({no})', 5)
    except Hung:
        return False
    return bool(re.search(yes, talk.text()[talk.mark:]))


def over(talk, again):
    """Has it ended, rather than asked again?"""
    return not until(talk, again, '(?!)')


def passwd_by_root(where):
    talk = Talk(where, ['passwd', 'bob'], 'root')
    talk.answer(NEW, NEW_PASSWORD)
    talk.answer(AGAIN, NEW_PASSWORD)
    talk.finish(0)
    where.only('shadow')
    password_is(where, 'bob', NEW_PASSWORD)


def passwd_too_young(where):
    talk = Talk(where, ['passwd'], 'young')
    if until(talk, OLD, '(?!)'):
        talk.answer(OLD, HAS['young'])
    if not talk.ended() and until(talk, NEW, '(?!)'):
        talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD)
    refused(where, talk)


def passwd_status(where):
    talk = call(where, 'passwd', '-S', status=0)
    demand(talk.text().startswith('alice P '), talk.text())
    where.unchanged()


def expire_then_expiry(where):
    """A password that is too old must be changed.  Debian's own fails, being set-gid only."""
    talk = Talk(where, ['expiry', '-f'], 'late')
    talk.answer(OLD, HAS['late']).answer(NEW, NEW_PASSWORD).answer(AGAIN, NEW_PASSWORD)
    talk.finish()
    where.only('shadow')
    password_is(where, 'late', NEW_PASSWORD)


def expiry_check(where):
    call(where, 'expiry', '-c', status=0)
    demand(call(where, 'expiry', '-c', user='late').status != 0, 'status 0 for an old password')
    where.unchanged()


def chage_list(where):
    talk = call(where, 'chage', '-l', 'alice', status=0)
    demand('Last password change' in talk.text(), talk.text())
    where.unchanged()


def chage_by_root(where):
    call(where, 'chage', '-M', '55', '-W', '3', 'bob', user='root', status=0)
    where.only('shadow')
    demand(where.row('shadow', 'bob')[4:6] == ['55', '3'], *where.row('shadow', 'bob')[2:])


def chage_dialogue(where):
    talk = Talk(where, ['chage', 'bob'], 'root')
    for prompt, answer in (('Minimum Password Age', '1'), ('Maximum Password Age', '66'),
                           ('Last Password Change', ''), ('Expiration Warning', '4'),
                           ('Password Inactive', '10'), ('Account Expiration', '2031-02-03')):
        talk.answer(prompt + r'.*\[.*\]: ', answer, secret=False)
    talk.finish(0)
    where.only('shadow')
    demand(where.row('shadow', 'bob')[2:8] == ['19000', '1', '66', '4', '10', '22313'],
           *where.row('shadow', 'bob')[2:])


def gecos(where, user='alice'):
    return where.row('passwd', user)[4]


def chfn_option(where):
    talk = Talk(where, ['chfn', '-r', '77'])
    talk.answer(PASSWORD, HAS['alice'])
    talk.finish(0)
    where.only('passwd')
    demand(gecos(where) == 'Alice Able,77,34,56,more', gecos(where))


def chfn_dialogue(where):
    talk = Talk(where, ['chfn'])
    talk.answer(PASSWORD, HAS['alice'])
    talk.answer(r'Room Number \[12\]: ', '78', secret=False)
    talk.answer(r'Work Phone \[34\]: ', '', secret=False)
    talk.answer(r'Home Phone \[56\]: ', '79', secret=False)
    talk.finish(0)
    where.only('passwd')
    demand(gecos(where) == 'Alice Able,78,34,79,more', gecos(where))


def chfn_wrong_password(where):
    talk = Talk(where, ['chfn', '-r', '77'])
    talk.answer(PASSWORD, 'Nonsense-9999')
    refused(where, talk)


def chfn_by_root(where):
    call(where, 'chfn', '-f', 'Bob Bold', '-o', 'x=1', 'bob', user='root', status=0)
    where.only('passwd')
    demand(gecos(where, 'bob') == 'Bob Bold,12,34,56,x=1', gecos(where, 'bob'))


def chsh_option(where):
    talk = Talk(where, ['chsh', '-s', '/bin/bash'])
    talk.answer(PASSWORD, HAS['alice'])
    talk.finish(0)
    where.only('passwd')
    demand(where.row('passwd', 'alice')[6] == '/bin/bash', *where.row('passwd', 'alice'))


def chsh_dialogue(where):
    talk = Talk(where, ['chsh'])
    talk.answer(PASSWORD, HAS['alice'])
    talk.answer(r'Login Shell \[/bin/sh\]: ', '/bin/dash', secret=False)
    talk.finish(0)
    where.only('passwd')
    demand(where.row('passwd', 'alice')[6] == '/bin/dash', *where.row('passwd', 'alice'))


def chsh_wrong_password(where):
    talk = Talk(where, ['chsh', '-s', '/bin/bash'])
    talk.answer(PASSWORD, 'Nonsense-9999')
    refused(where, talk)


def group_password(where, new=NEW_PASSWORD, again=NEW_PASSWORD):
    talk = Talk(where, ['gpasswd', 'club'])
    return talk.answer(NEW, new).answer(AGAIN, again)


def gpasswd_by_admin(where):
    talk = group_password(where)
    talk.finish(0)
    talk.as_before()
    where.only('gshadow')
    demand(people.matches(NEW_PASSWORD, where.row('gshadow', 'club')[1]), 'another password')


def gpasswd_mismatch(where):
    talk = group_password(where, again='Other-stuff-7')
    for _ in range(4):
        if over(talk, NEW):
            break
        talk.answer(NEW, NEW_PASSWORD).answer(AGAIN, 'Other-stuff-7')
    refused(where, talk)


def gpasswd_members(where):
    call(where, 'gpasswd', '-a', 'rita', 'club', status=0)
    where.only('group', 'gshadow')
    demand(where.row('group', 'club')[3] == 'bob,rita', *where.row('group', 'club'))
    demand(where.row('gshadow', 'club')[2:] == ['alice', 'bob,rita'],
           *where.row('gshadow', 'club')[2:])
    call(where, 'gpasswd', '-d', 'bob', 'club', status=0)
    demand(where.row('group', 'club')[3] == 'rita', *where.row('group', 'club'))


def in_group(*argv, word, status=0, wanted='club', user='alice', then='id -gn; exit 7\n'):
    """newgrp or sg: asks for the group's password and gives a shell in the group."""
    def case(where):
        talk = Talk(where, list(argv), user)
        if word is not None:
            talk.answer(PASSWORD, word)
        if then:
            talk.expect(r'\$ ')
            talk.send(then)
        talk.finish(status)
        demand(wanted in talk.text(), talk.text())
        talk.as_before()
        where.unchanged()
    return case


def newgrp_wrong(where):
    """As packaged: a shell in the old group, or none; never in the new one."""
    talk = Talk(where, ['newgrp', 'club'])
    talk.answer(PASSWORD, 'Nonsense-9999')
    if until(talk, r'\$ ', '(?!)'):
        talk.send('id -Gn; exit 3\n')
    talk.finish()
    demand(talk.status != 0, 'status 0')
    demand('club' not in talk.text().split('\n')[-2:], talk.text())
    where.unchanged()


def by_lines(tool, line, table, name):
    def case(where):
        call(where, tool, user='root', stdin=line.encode(), status=0)
        where.only(table)
        demand(people.matches(NEW_PASSWORD, where.row(table, name)[1]), 'another password')
    return case


CASES = [
    ('passwd-own', passwd_own, ALL),
    ('passwd-by-pipe', passwd_by_pipe, ALL),
    ('passwd-own-by-name', passwd_own_by_name, ALL),
    ('passwd-wrong-old', passwd_wrong_old, ALL),
    ('passwd-empty-old', passwd_empty_old, ALL),
    ('passwd-mismatch', passwd_mismatch, ALL),
    ('passwd-too-short', passwd_new_bad('Ab1'), ALL),
    ('passwd-same-as-before', passwd_new_bad(HAS['alice']), ALL),
    ('passwd-palindrome', passwd_new_bad('AbcdedcbA'), BARE),
    ('passwd-case-only', passwd_new_bad(HAS['alice'].swapcase()), BARE),
    ('passwd-by-root', passwd_by_root, ALL),
    ('passwd-too-young', passwd_too_young, ALL),
    ('passwd-status', passwd_status, ALL),
    ('expiry-force', expire_then_expiry, OURS),
    ('expiry-check', expiry_check, ALL),
    ('chage-list', chage_list, ALL),
    ('chage-by-root', chage_by_root, ALL),
    ('chage-dialogue', chage_dialogue, ALL),
    ('chfn-option', chfn_option, ALL),
    ('chfn-dialogue', chfn_dialogue, ALL),
    ('chfn-wrong-password', chfn_wrong_password, ALL),
    ('chfn-by-root', chfn_by_root, ALL),
    ('chsh-option', chsh_option, ALL),
    ('chsh-dialogue', chsh_dialogue, ALL),
    ('chsh-wrong-password', chsh_wrong_password, ALL),
    ('gpasswd-by-admin', gpasswd_by_admin, ALL),
    ('gpasswd-mismatch', gpasswd_mismatch, ALL),
    ('gpasswd-members', gpasswd_members, ALL),
    ('newgrp-password', in_group('newgrp', 'club', word=people.GROUP_PASSWORD['club'], status=7),
     ALL),
    ('newgrp-member', in_group('newgrp', 'mine', word=None, status=7, wanted='mine'), ALL),
    ('newgrp-wrong', newgrp_wrong, ALL),
    ('sg-password', in_group('sg', 'club', '-c', 'id -gn; exit 5', status=5, then=None,
                             word=people.GROUP_PASSWORD['club']), ALL),
    ('sg-member', in_group('sg', 'mine', 'id -gn; exit 6', word=None, status=6, wanted='mine',
                           then=None), ALL),
    ('chpasswd', by_lines('chpasswd', f'bob:{NEW_PASSWORD}\n', 'shadow', 'bob'), ALL),
    ('chgpasswd', by_lines('chgpasswd', f'priv:{NEW_PASSWORD}\n', 'gshadow', 'priv'), ALL),
]
