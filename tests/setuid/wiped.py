# SPDX-License-Identifier: BSD-3-Clause
"""Without PAM, in a tree of the caller's own: no password is anywhere in memory at the end.

With --prefix libcrypt does it in both builds, so all that the process can write to is looked at:
stack, heap, buffers of stdio, what libraries keep.  CVE-2023-4641 was gpasswd's first answer, left
behind when the second did not come.
"""
import signal
import time

from hidden import search, to_the_end
from people import NEW as NEW_PASSWORD
from place import demand
from stops import begin
from talk import AGAIN, NEW, Talk
from trees import TREE, own_tree

OURS = ('pam', 'bare')
OTHER = 'Purple-sled-61'
END = '\x04'     # ^D: no answer
TRIES = 6      # more than are asked for

# argv, and what is answered; the status; the table that changes.
DIALOGUES = {
    'passwd': (['passwd', '--prefix', TREE, 'bob'], [(NEW, NEW_PASSWORD), (AGAIN, NEW_PASSWORD)],
               0, 'shadow'),
    'passwd-mismatch': (['passwd', '--prefix', TREE, 'bob'],
                        [(NEW, NEW_PASSWORD), (AGAIN, OTHER)] * TRIES, None, None),
    'gpasswd': (['gpasswd', '--prefix', TREE, 'priv'],
                [(NEW, NEW_PASSWORD), (AGAIN, NEW_PASSWORD)], 0, 'gshadow'),
    'gpasswd-mismatch': (['gpasswd', '--prefix', TREE, 'priv'],
                         [(NEW, NEW_PASSWORD), (AGAIN, OTHER)] * TRIES, None, None),
    'passwd-unanswered': (['passwd', '--prefix', TREE, 'bob'],
                          [(NEW, NEW_PASSWORD), (AGAIN, END)], None, None),
    'gpasswd-unanswered': (['gpasswd', '--prefix', TREE, 'priv'],
                           [(NEW, NEW_PASSWORD), (AGAIN, END)], None, None),
}
LINES = {
    'chpasswd': (['chpasswd', '--prefix', TREE], f'bob:{NEW_PASSWORD}\nalice:{OTHER}\n', 0,
                 'shadow'),
    'chpasswd-unknown': (['chpasswd', '--prefix', TREE],
                         f'bob:{NEW_PASSWORD}\nnosuch:{OTHER}\n', None, None),
    'chpasswd-long': (['chpasswd', '--prefix', TREE],
                      ''.join(f'bob:{NEW_PASSWORD}{number}\n' for number in range(300)), 0,
                      'shadow'),
    'chgpasswd': (['chgpasswd', '--prefix', TREE], f'priv:{NEW_PASSWORD}\n', 0, 'gshadow'),
    'passwd-stdin': (['passwd', '--prefix', TREE, '--stdin', 'bob'], f'{NEW_PASSWORD}\n', 0,
                     'shadow'),
}


def judge(where, talk, found, size, status, table, before):
    demand(not found, *found)
    demand(size > 100000, 'nothing was searched')
    if status is None:
        demand(talk.status not in (0, None), f'status {talk.status} {talk.text()!r}')
    else:
        demand(talk.status == status, f'status {talk.status} {talk.text()!r}')
    if table:
        demand(where.read(f'{TREE}/etc/{table}') != before[table], f'{table} is as it was')
    where.unchanged()


def tables(where):
    return {table: where.read(f'{TREE}/etc/{table}') for table in ('shadow', 'gshadow')}


def dialogue(name):
    def case(where):
        argv, answers, status, table = DIALOGUES[name]
        own_tree(where)
        before = tables(where)
        steps = [(pattern, word, True) for pattern, word in answers]
        talk = begin(where, (argv, 'alice', *steps), 0)
        proc = f'{where.dir}/proc/{talk.pid}'
        words = sorted({word for _, word in answers} - {END})
        # It can fail: while it waits for the second answer it has the first one.
        talk.answer(*answers[0])
        talk.expect(answers[1][0])
        demand(search(proc, words)[0], 'the first answer is not found where it must be')
        found, size = to_the_end(talk, steps[1:], lambda: search(proc, words))
        judge(where, talk, found, size, status, table, before)
    return case


def wait_to_be_seen():
    signal.raise_signal(signal.SIGSTOP)


def from_lines(name):
    def case(where):
        argv, text, status, table = LINES[name]
        own_tree(where)
        before = tables(where)
        talk = Talk(where, argv, 'alice', stdin=text.encode(), prepare=wait_to_be_seen)
        time.sleep(0.2)
        proc = f'{where.dir}/proc/{talk.pid}'
        found, size = to_the_end(talk, [], lambda: search(proc, [NEW_PASSWORD, OTHER]),
                                 stopped=True)
        judge(where, talk, found, size, status, table, before)
    return case


CASES = [
    *((f'{"cve-2023-4641" if "gpasswd" in name else "prefix"}-{name}', dialogue(name), OURS)
      for name in DIALOGUES),
    *((f'prefix-{name}', from_lines(name), OURS) for name in LINES),
]
