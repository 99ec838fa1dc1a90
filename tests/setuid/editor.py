# SPDX-License-Identifier: BSD-3-Clause
"""vipw in front of a person: what it asks, and what becomes of the edit when somebody goes away."""
import os
import signal
import stat
import time

from place import demand
from stops import send_signal
from talk import Talk, call

OURS = ('pam', 'bare')
QUESTION = r'Edit again, keep or drop the change \(e/k/d\)\? '
GOOD = 's/^bob:\\(.*\\):Bob Able/bob:\\1:Bob Edited/'
EDIT = '/etc/passwd.edit'


def editor(where, *deeds):
    """One deed, a line of the shell on the file "$1", each time that it is called."""
    text = '#!/bin/sh\nn=$(cat /root/count); echo $((n + 1)) >/root/count\ncase $n in\n'
    for number, deed in enumerate(deeds):
        text += f'{number}) {deed} ;;\n'
    where.write('/root/ed', text + 'esac\n', mode=0o755)
    where.write('/root/count', '0\n')


def vipw(where, *deeds, job=False, options=()):
    editor(where, *deeds)
    return Talk(where, ['vipw', *options], 'root', env={'EDITOR': '/root/ed'}, job=job)


BAD = 'echo bad >>"$1"'
CHANGE = f"sed -i '{GOOD}' \"$1\""
# The change, and a line that is no row.
BOTH = f'{CHANGE}; {BAD}'


def changed(where):
    return where.row('passwd', 'bob')[4].startswith('Bob Edited')


def asked(where, *deeds, **more):
    talk = vipw(where, *deeds, **more)
    talk.expect(QUESTION)
    demand("malformed: 'bad'" in talk.text() and '/etc/passwd:' in talk.text(), talk.text())
    return talk


def finished(where, talk, status=0):
    talk.finish(status)
    talk.as_before()
    demand(not os.path.exists(where.dir + EDIT), 'the edit is there still')


def edit_again(where):
    talk = asked(where, BOTH, 'sed -i /^bad$/d "$1"')
    talk.send('e\n')
    finished(where, talk)
    where.only('passwd')
    demand(changed(where) and '\nbad\n' not in where.read('/etc/passwd'), 'not what was edited')


def edit_again_in_vain(where):
    talk = asked(where, BOTH, 'true')
    talk.send('e\n')
    talk.expect(QUESTION)
    talk.send('d\n')
    finished(where, talk)
    where.unchanged()


def keep(where):
    talk = asked(where, BOTH)
    talk.send('k\n')
    finished(where, talk)
    where.only('passwd')
    demand(changed(where) and where.read('/etc/passwd').endswith('\nbad\n'), 'not as edited')


def drop(where):
    talk = asked(where, BOTH)
    talk.send('drop\n')
    finished(where, talk)
    where.unchanged()
    demand('is unchanged' in talk.text(), talk.text())


def other_answers(where):
    talk = asked(where, BOTH)
    for word in ('', 'x', 'yes'):
        talk.send(f'{word}\n')
        talk.expect(QUESTION)
    talk.send('d\n')
    finished(where, talk)
    where.unchanged()


def nobody_asked(where):
    """No fault, no question."""
    talk = vipw(where, CHANGE)
    finished(where, talk)
    where.only('passwd')
    demand(changed(where) and '?' not in talk.text(), talk.text())


def kept(where, talk, told=True):
    """The old file stands; the edit lies where it is said to."""
    if talk.status == -signal.SIGKILL:
        os.unlink(f'{where.dir}/etc/passwd.lock')
    demand(where.changed() == ['passwd.edit'], *where.changed())
    info = os.stat(where.dir + EDIT)
    demand(stat.S_IMODE(info.st_mode) == 0o600 and info.st_uid == 0, oct(info.st_mode))
    demand('Bob Edited' in where.read(EDIT), 'it is another text')
    if told:
        demand(f'kept in {EDIT}' in talk.text(), talk.text())
    where.start[EDIT] = where.snapshot()[EDIT]
    # The next one tells of it and leaves it.
    again = call(where, 'vipw', user='root', env={'EDITOR': 'true'}, status=0)
    demand(f'kept as {EDIT}~' in again.text(), again.text())
    demand('Bob Edited' in where.read(f'{EDIT}~'), 'the edit is gone')
    os.unlink(f'{where.dir}{EDIT}~')
    del where.start[EDIT]
    where.unchanged()


def end_of_input(where):
    talk = asked(where, BOTH)
    talk.send(b'\x04')
    talk.finish(1)
    talk.as_before()
    kept(where, talk)


def interrupted(where):
    talk = asked(where, BOTH)
    talk.send(b'\x03')
    talk.finish()
    demand(talk.status != 0, 'status 0')
    talk.as_before()
    kept(where, talk)


def question_signal(number):
    def case(where):
        talk = asked(where, BOTH)
        send_signal(where, talk, number)
        talk.finish()
        demand(talk.status != 0, 'status 0')
        kept(where, talk, told=number != signal.SIGKILL)
    return case


def hung_up(where):
    talk = asked(where, BOTH)
    talk.hang_up()
    talk.finish()
    kept(where, talk, told=False)


WAIT = f'{CHANGE}; touch /root/there; sleep 3'


def in_editor(where, deed=WAIT, **more):
    talk = vipw(where, deed, **more)
    end = time.monotonic() + 20
    while not os.path.exists(f'{where.dir}/root/there') and time.monotonic() < end:
        talk.pump(0.02)
    demand(not talk.ended(), talk.text())
    return talk


def editor_signal(number):
    """To vipw alone; the editor of a vipw that was killed goes on by itself."""
    def case(where):
        talk = in_editor(where)
        send_signal(where, talk, number)
        talk.finish()
        time.sleep(3.2)
        if number == signal.SIGINT:
            # The key is the editor's, and does to it what it likes.
            talk.finish(0)
            where.only('passwd')
            demand(changed(where), 'status 0, but nothing is changed')
            return
        demand(talk.status != 0, 'status 0')
        kept(where, talk, told=number != signal.SIGKILL)
    return case


def editor_hung_up(where):
    talk = in_editor(where)
    talk.hang_up()
    talk.finish()
    time.sleep(3.2)
    kept(where, talk, told=False)


def editor_dies(deed, said):
    def case(where):
        talk = vipw(where, f'{CHANGE}; {deed}')
        talk.finish()
        demand(talk.status != 0 and said in talk.text(), talk.status, talk.text())
        talk.as_before()
        kept(where, talk)
    return case


def stopped(where):
    """^Z in the editor stops both, fg continues both."""
    talk = in_editor(where, f'{CHANGE}; touch /root/there; sleep 1', job=True)
    talk.send(b'\x1a')
    talk.expect('<stopped>')
    where_now = where.read('/etc/passwd')
    time.sleep(1.2)
    demand(where.read('/etc/passwd') == where_now, 'it went on')
    talk.send('\n')
    talk.finish(0)
    where.only('passwd')
    demand(changed(where), 'nothing is changed')


def private(where):
    """Others cannot read the edit, and see that somebody edits."""
    talk = in_editor(where, options=('-s',), deed='sed -i s/^bob:/bob:/ "$1"; '
                     'echo "# x" >>"$1"; touch /root/there; sleep 3')
    path = f'{where.dir}/etc/shadow.edit'
    demand(stat.S_IMODE(os.stat(path).st_mode) == 0o600, oct(os.stat(path).st_mode))
    other = call(where, 'chage', '--lock-timeout', '1', '-M', '44', 'bob', user='root')
    demand(other.status != 0, 'another tool changed the file')
    demand(f'{talk.pid}' in other.text(), f'the holder is not named: {other.text()}')
    # Where Debian's own tools look for it.
    demand(where.read('/etc/shadow.lock').strip('\0\n') == str(talk.pid), 'no shadow.lock')
    talk.finish(0)
    where.only('shadow')
    demand(where.read('/etc/shadow').endswith('# x\n'), 'not as edited')


CASES = [
    ('vipw-nobody-asked', nobody_asked, OURS),
    ('vipw-edit-again', edit_again, OURS),
    ('vipw-edit-again-in-vain', edit_again_in_vain, OURS),
    ('vipw-keep', keep, OURS),
    ('vipw-drop', drop, OURS),
    ('vipw-other-answers', other_answers, OURS),
    ('vipw-end-of-input', end_of_input, OURS),
    ('vipw-interrupted', interrupted, OURS),
    ('vipw-hung-up', hung_up, OURS),
    *((f'vipw-asked-{number.name}', question_signal(number), OURS)
      for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL)),
    *((f'vipw-editor-{number.name}', editor_signal(number), OURS)
      for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL)),
    ('vipw-editor-hung-up', editor_hung_up, OURS),
    ('vipw-editor-killed', editor_dies('kill -9 $$', 'killed by signal 9'), OURS),
    ('vipw-editor-fails', editor_dies('exit 7', 'returned with status 7'), OURS),
    ('vipw-stopped', stopped, OURS),
    ('vipw-private', private, OURS),
]
