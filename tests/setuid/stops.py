# SPDX-License-Identifier: BSD-3-Clause
"""The caller goes away, or says ^C, stops, hangs up or kills, at each prompt of each dialogue."""
import os
import signal
import time

import people
from people import NEW as NEW_PASSWORD, PASSWORD as HAS
from place import demand
from talk import AGAIN, NEW, OLD, PASSWORD, Talk

OURS = ('pam', 'bare')
SECRET, PLAIN = True, False

# name: argv, user, (prompt, answer, is it secret)...
DIALOGUES = {
    'passwd': (['passwd'], 'alice', (OLD, HAS['alice'], SECRET), (NEW, NEW_PASSWORD, SECRET),
               (AGAIN, NEW_PASSWORD, SECRET)),
    'passwd-by-root': (['passwd', 'bob'], 'root', (NEW, NEW_PASSWORD, SECRET),
                       (AGAIN, NEW_PASSWORD, SECRET)),
    'chfn': (['chfn'], 'alice', (PASSWORD, HAS['alice'], SECRET),
             (r'Room Number .*: ', '81', PLAIN), (r'Work Phone .*: ', '82', PLAIN),
             (r'Home Phone .*: ', '83', PLAIN)),
    'chsh': (['chsh'], 'alice', (PASSWORD, HAS['alice'], SECRET),
             (r'Login Shell .*: ', '/bin/dash', PLAIN)),
    'gpasswd': (['gpasswd', 'club'], 'alice', (NEW, NEW_PASSWORD, SECRET),
                (AGAIN, NEW_PASSWORD, SECRET)),
    'newgrp': (['newgrp', 'club'], 'alice', (PASSWORD, people.GROUP_PASSWORD['club'], SECRET)),
    'sg': (['sg', 'club', '-c', 'true'], 'alice',
           (PASSWORD, people.GROUP_PASSWORD['club'], SECRET)),
    'chage': (['chage', 'bob'], 'root', (r'Minimum .*: ', '1', PLAIN),
              (r'Maximum .*: ', '66', PLAIN), (r'Last .*: ', '', PLAIN),
              (r'Warning .*: ', '', PLAIN), (r'Inactive .*: ', '', PLAIN),
              (r'Account .*: ', '', PLAIN)),
}
# Those of Debian cannot ask for a changed one.
OURS_TOO = {
    'expiry': (['expiry', '-f'], 'late', (OLD, HAS['late'], SECRET), (NEW, NEW_PASSWORD, SECRET),
               (AGAIN, NEW_PASSWORD, SECRET)),
}


def begin(where, dialogue, prompt, **more):
    """The dialogue up to that prompt, which is not answered."""
    argv, user, *steps = dialogue
    talk = Talk(where, argv, user, **more)
    for pattern, answer, secret in steps[:prompt]:
        talk.answer(pattern, answer, secret)
    pattern, _, secret = steps[prompt]
    talk.expect(pattern)
    talk.settle(secret)
    return talk


def go_on(talk, dialogue, prompt, shown=True):
    """The rest of it, to a good end; shown: the prompt is still there, or is anew."""
    _, _, *steps = dialogue
    for pattern, answer, secret in steps[prompt:]:
        talk.answer(pattern if shown else '', answer, secret)
        shown = True
    if talk.argv[0] == 'newgrp':
        talk.answer(r'\$ ', 'exit', False)
    talk.finish(0)
    talk.as_before()


def send_signal(where, talk, number):
    """As the caller would: his own rights, not ours."""
    where.as_user(talk.user, os.kill, talk.pid, number)


def key(keys):
    def case(where, dialogue, prompt):
        talk = begin(where, dialogue, prompt)
        talk.send(keys)
        talk.finish()
        demand(talk.status != 0, 'status 0')
        talk.as_before()
        where.unchanged()
        demand(not talk.dumped, 'it left a core')
    return case


def end_of_input(where, dialogue, prompt):
    """^D is no password.  (Of other values it keeps the old one, as with Debian's tools.)"""
    talk = begin(where, dialogue, prompt)
    talk.send(b'\x04')
    for _ in range(20):
        if talk.ended():
            break
        talk.pump(0.2)
        if not talk.ended():
            os.write(talk.ptm, b'\x04')
    talk.finish()
    demand(talk.status != 0, 'status 0')
    talk.as_before()
    where.unchanged()


def terminated(where, dialogue, prompt):
    talk = begin(where, dialogue, prompt)
    send_signal(where, talk, signal.SIGTERM)
    talk.finish()
    demand(talk.status != 0, 'status 0')
    talk.as_before()
    where.unchanged()


def killed(where, dialogue, prompt):
    talk = begin(where, dialogue, prompt)
    send_signal(where, talk, signal.SIGKILL)
    talk.finish(-signal.SIGKILL)
    where.unchanged()


def hung_up(where, dialogue, prompt):
    talk = begin(where, dialogue, prompt)
    talk.hang_up()
    talk.finish()
    demand(talk.status != 0, 'status 0')
    where.unchanged()


def stopped(where, dialogue, prompt):
    """While it is stopped others can work; then it goes on as if nothing had been."""
    talk = begin(where, dialogue, prompt)
    send_signal(where, talk, signal.SIGSTOP)
    wait_for_stop(talk)
    started = time.monotonic()
    where.control('usermod -c "Meanwhile" rita')
    demand(time.monotonic() - started < 8, 'usermod had to wait')
    send_signal(where, talk, signal.SIGCONT)
    go_on(talk, dialogue, prompt)
    where.free()
    demand(where.row('passwd', 'rita')[4] == 'Meanwhile', 'the other change is lost')


def wait_for_stop(talk):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with open(f'{talk.place.dir}/proc/{talk.pid}/stat', encoding='ascii') as file:
            if file.read().rsplit(')', 1)[1].split()[0] == 'T':
                return
        time.sleep(0.01)
    demand(False, 'it does not stop')


def stopped_by_key(where, dialogue, prompt):
    """^Z: the shell gets its terminal with echo; after fg it goes on."""
    talk = begin(where, dialogue, prompt, job=True)
    talk.send(b'\x1a')
    talk.expect('<stopped>')
    demand(talk.echo(), 'echo is off while it is stopped')
    where.control('usermod -c "Meanwhile" rita')
    talk.send(b'fg\n')
    time.sleep(0.2)
    # With echo the line that is typed is the terminal's business.
    go_on(talk, dialogue, prompt, shown=dialogue[2 + prompt][2])
    where.free()


def resized(where, dialogue, prompt):
    """SIGWINCH, SIGCHLD and the like are no answer."""
    talk = begin(where, dialogue, prompt)
    for number in (signal.SIGWINCH, signal.SIGCHLD, signal.SIGCONT, signal.SIGURG):
        send_signal(where, talk, number)
    time.sleep(0.1)
    go_on(talk, dialogue, prompt)
    where.free()


def while_reading(tool, keys, number):
    """chpasswd and chgpasswd at a terminal: what was typed before ^C or a kill is not done."""
    def case(where):
        talk = Talk(where, [tool], 'root')
        talk.send(f'{"bob" if tool == "chpasswd" else "priv"}:{NEW_PASSWORD}\n')
        time.sleep(0.3)
        demand(not talk.ended(), talk.text())
        if keys:
            talk.send(keys)
        else:
            send_signal(where, talk, number)
        talk.finish()
        demand(talk.status != 0, 'status 0')
        talk.as_before()
        where.unchanged()
    return case


def at_prompts(name, case, kinds, dialogues, secret_only=False, plain_of=None):
    """A case for each prompt, or for the secret ones, or for the others of some tools."""
    for title, dialogue in dialogues.items():
        for prompt, step in enumerate(dialogue[2:]):
            if secret_only and not step[2] or plain_of and (step[2] or title not in plain_of):
                continue

            def one(where, dialogue=dialogue, prompt=prompt):
                case(where, dialogue, prompt)
            yield f'{name}-{title}-{prompt + 1}', one, kinds


def first_and_last(dialogues):
    """Long dialogues without secrets: the same code asks in between."""
    return {title: dialogue for title, dialogue in dialogues.items() if title != 'chage'}


EVERY = {**DIALOGUES, **OURS_TOO}
SHORT = first_and_last(EVERY)
CASES = [
    # Debian's change each line as it is typed, or leave their locks.
    *((f'{name}-{tool}', while_reading(tool, keys, number), OURS)
      for tool in ('chpasswd', 'chgpasswd')
      for name, keys, number in (('interrupt', b'\x03', 0), ('quit', b'\x1c', 0),
                                 ('terminated', b'', signal.SIGTERM),
                                 ('killed', b'', signal.SIGKILL))),
    *at_prompts('interrupt', key(b'\x03'), OURS, EVERY),
    # Debian's heed no ^C where echo is off, and chage leaves its locks.
    *at_prompts('interrupt', key(b'\x03'), ('packaged',), DIALOGUES, plain_of=('chfn', 'chsh')),
    *at_prompts('quit', key(b'\x1c'), OURS, SHORT, secret_only=True),
    *at_prompts('end-of-input', end_of_input, OURS, EVERY, secret_only=True),
    *at_prompts('terminated', terminated, OURS, SHORT),
    *at_prompts('killed', killed, OURS, EVERY),
    *at_prompts('hung-up', hung_up, OURS, EVERY),
    *at_prompts('stopped', stopped, OURS, EVERY),
    *at_prompts('stopped', stopped, ('packaged',), DIALOGUES, plain_of=('chfn', 'chsh')),
    *at_prompts('stopped-by-key', stopped_by_key, OURS, SHORT),
    *at_prompts('resized', resized, OURS, SHORT, secret_only=True),
]
