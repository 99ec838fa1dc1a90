# SPDX-License-Identifier: BSD-3-Clause
"""What the caller must not see or steer: memory, core, tracing; where secrets are at the end."""
import ctypes
import errno
import os
import re
import resource
import signal
import time

import sandbox
from people import NEW as NEW_PASSWORD
from place import Unable, demand
from stops import EVERY, begin
from talk import Talk

OURS = ('pam', 'bare')
PTRACE_CONT, PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 7, 16, 17, 0x4206
PTRACE_O_TRACEEXIT, PTRACE_EVENT_EXIT = 0x40, 6
WALL = 0x40000000
ptrace = sandbox.libc.ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
ptrace.restype = ctypes.c_long


def attach(pid):
    """As a debugger of the same user: the error, or 0."""
    if ptrace(PTRACE_ATTACH, pid, None, None) < 0:
        return ctypes.get_errno()
    os.waitpid(pid, WALL)
    ptrace(PTRACE_DETACH, pid, None, None)
    return 0


def look(pid):
    """What of /proc/PID the caller can open that would show or change the process."""
    seen = []
    for name in ('mem', 'maps', 'environ', 'auxv', 'stack', 'syscall', 'io', 'fd', 'map_files',
                 'exe', 'cwd', 'smaps', 'pagemap'):
        path = f'/proc/{pid}/{name}'
        try:
            if name in ('fd', 'map_files'):
                os.listdir(path)
            elif name in ('exe', 'cwd'):
                os.readlink(path)
            else:
                with open(path, 'rb') as file:
                    if name != 'mem':
                        file.read(64)
            seen.append(name)
        except OSError:
            pass
    return seen


def read_memory(pid):
    """process_vm_readv, from an address that does not matter."""
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_size_t * 2)(0x400000, 8)
    if sandbox.libc.process_vm_readv(pid, local, 1, remote, 1, 0) < 0:
        return ctypes.get_errno()
    return 0


def not_traceable(tool):
    """At each prompt, with the caller's own rights."""
    def case(where):
        for prompt in range(len(EVERY[tool]) - 2):
            talk = begin(where, EVERY[tool], prompt)
            answer = where.as_user(talk.user, attach, talk.pid)
            demand(answer == errno.EPERM, f'ptrace: {answer} at prompt {prompt + 1}')
            seen = where.as_user(talk.user, look, talk.pid)
            demand(not seen, f'at prompt {prompt + 1} readable:', *seen)
            answer = where.as_user(talk.user, read_memory, talk.pid)
            demand(answer == errno.EPERM, f'process_vm_readv: {answer}')
            talk.end()
        where.unchanged()
    return case


def others_are_traceable(where):
    """The control: the same on a program without bits works."""
    talk = Talk(where, ['/bin/cat'])
    time.sleep(0.3)
    answer = where.as_user('alice', attach, talk.pid)
    if answer == errno.EPERM:
        raise Unable('the kernel lets nobody trace')
    demand(answer == 0, f'ptrace: {answer}')
    seen = where.as_user('alice', look, talk.pid)
    demand({'mem', 'environ', 'fd'} <= set(seen), *seen)


def core_wanted():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def no_core(tool):
    def case(where):
        for number in (signal.SIGSEGV, signal.SIGQUIT, signal.SIGABRT, signal.SIGXCPU):
            prompts = len(EVERY[tool]) - 2
            talk = begin(where, EVERY[tool], prompts - 1, prepare=core_wanted)
            where.as_user(talk.user, os.kill, talk.pid, number)
            talk.finish()
            demand(not talk.dumped, f'a core by signal {number}')
        left = [name for path in ('home/alice', 'home/late', 'tmp')
                for name in os.listdir(f'{where.dir}/{path}')]
        demand(not left, *left)
        where.unchanged()
    return case


def others_dump(where):
    """The control."""
    talk = Talk(where, ['/bin/cat'], prepare=core_wanted)
    time.sleep(0.3)
    os.kill(talk.pid, signal.SIGSEGV)
    talk.finish()
    if not talk.dumped:
        raise Unable('this machine dumps no cores')


# --- memory at the end

def spans(proc):
    """(begin, end, name) of what can be written to."""
    with open(f'{proc}/maps', encoding='utf-8') as file:
        for line in file:
            words = line.split(maxsplit=5)
            if words[1].startswith('rw'):
                begin, end = (int(word, 16) for word in words[0].split('-'))
                yield begin, end, words[5].strip() if len(words) > 5 else 'no file'


def search(proc, wanted):
    """The words that are in the memory of the process, and where."""
    found, size = [], 0
    memory = os.open(f'{proc}/mem', os.O_RDONLY)
    for begin, end, name in spans(proc):
        try:
            content = os.pread(memory, end - begin, begin)
        except OSError:
            continue
        size += len(content)
        found += [f'{word[:2]}... in {name}' for word in wanted if word.encode() in content]
    os.close(memory)
    return found, size


def to_the_end(talk, steps, look_at, stopped=False):
    """Goes on as its tracer, which root may be; calls look_at when it is about to be gone.
    stopped: it waits for that, so as not to be gone before."""
    if ptrace(PTRACE_SEIZE, talk.pid, None, PTRACE_O_TRACEEXIT) < 0:
        raise Unable('root cannot trace here')
    if stopped:
        os.kill(talk.pid, signal.SIGCONT)
    steps, answer, end = list(steps), None, time.monotonic() + 30
    while time.monotonic() < end:
        talk.pump(0.02)
        if steps and re.search(steps[0][0], talk.text()[talk.mark:]) and \
                not (steps[0][2] and talk.echo()):
            time.sleep(0.05)
            talk.send(steps.pop(0)[1] + '\n')
        pid, status = os.waitpid(talk.pid, os.WNOHANG | WALL)
        if not pid:
            continue
        if not os.WIFSTOPPED(status):
            talk.status, talk.dumped = os.waitstatus_to_exitcode(status), False
            break
        number = 0 if status >> 16 else os.WSTOPSIG(status)
        if status >> 16 == PTRACE_EVENT_EXIT:
            answer = look_at()
        ptrace(PTRACE_CONT, pid, None, None if number == signal.SIGTRAP else number)
    else:
        let_die(talk)
    demand(answer is not None, f'its end was not seen: {talk.text()[-200:]!r}')
    return answer


def let_die(talk):
    """It stops once more on its way, and must be sent on."""
    os.kill(talk.pid, signal.SIGKILL)
    status = 0x7f
    while os.WIFSTOPPED(status):
        _, status = os.waitpid(talk.pid, WALL)
        ptrace(PTRACE_CONT, talk.pid, None, None)
    talk.status, talk.dumped = os.waitstatus_to_exitcode(status), False


def wiped(tool, wrong=None):
    """At the end no secret is in memory, neither where it was nor on its way there."""
    def case(where):
        argv, user, *steps = EVERY[tool]
        if wrong:
            steps = [(steps[0][0], wrong, True)]
        words = [answer for _, answer, secret in steps if secret]
        talk = begin(where, (argv, user, *steps), 0)
        proc = f'{where.dir}/proc/{talk.pid}'

        def look_at():
            return search(proc, words)

        found, size = to_the_end(talk, steps, look_at)
        demand(not found, *found)
        demand(size > 4096, 'nothing was searched')
        demand((talk.status == 0) == (wrong is None), f'status {talk.status} {talk.text()!r}')
    return case


def secrets_are_seen(where):
    """The control: a shell that reads a line has it to its end."""
    talk = Talk(where, ['/bin/bash', '-c', 'read -p "Say: " -s word; exit 0'])
    talk.expect('Say: ')
    proc = f'{where.dir}/proc/{talk.pid}'
    found, _ = to_the_end(talk, [('Say: ', NEW_PASSWORD, True)],
                          lambda: search(proc, [NEW_PASSWORD]))
    demand(found, 'the word was not found')


def from_lines(tool, line):
    """chpasswd: a line with a secret from a pipe."""
    def case(where):
        def wait():
            signal.raise_signal(signal.SIGSTOP)
        talk = Talk(where, [tool], 'root', stdin=line.encode(), prepare=wait)
        time.sleep(0.2)
        proc = f'{where.dir}/proc/{talk.pid}'
        found, _ = to_the_end(talk, [], lambda: search(proc, [NEW_PASSWORD]), stopped=True)
        demand(not found, *found)
        demand(talk.status == 0, f'status {talk.status}')
    return case


CASES = [
    ('others-are-traceable', others_are_traceable, ('packaged',)),
    ('others-dump', others_dump, ('packaged',)),
    ('secrets-are-seen', secrets_are_seen, ('packaged',)),
    *((f'not-traceable-{tool}', not_traceable(tool), OURS)
      for tool, dialogue in EVERY.items() if dialogue[1] != 'root'),
    *((f'no-core-{tool}', no_core(tool), OURS)
      for tool, dialogue in EVERY.items() if dialogue[1] != 'root'),
    *((f'wiped-{tool}', wiped(tool), OURS)
      for tool in ('passwd', 'passwd-by-root', 'chfn', 'chsh', 'gpasswd', 'expiry')),
    *((f'wiped-{tool}', wiped(tool), OURS) for tool in ('sg',)),
    *((f'wiped-wrong-{tool}', wiped(tool, 'Nonsense-9999'), OURS)
      for tool in ('passwd', 'chfn', 'chsh')),
    ('wiped-chpasswd', from_lines('chpasswd', f'bob:{NEW_PASSWORD}\n'), OURS),
    ('wiped-chgpasswd', from_lines('chgpasswd', f'priv:{NEW_PASSWORD}\n'), OURS),
]
