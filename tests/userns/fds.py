# SPDX-License-Identifier: BSD-3-Clause
"""fd:N instead of a pid: only the directory of a process is one, or its pidfd.

Bookworm's tools do not know the form; here it is checked on ours.
"""
import os
import signal
import socket

import sandbox
from granted import OURS, each, one_line
from place import (CLONE_NEWNS, CLONE_NEWUSER, GIDMAP, PR_SET_DUMPABLE, Target, UIDMAP, UNTOUCHED,
                   demand, libc)
from whose import sleeper

FD = 57
MAP_OF = {UIDMAP: 'uid_map', GIDMAP: 'gid_map'}


def with_fd(where, tool, path, *words, flags=os.O_RDONLY, who=f'fd:{FD}', **more):
    """The tool with descriptor FD open on the path; opened as the user."""
    def prepare():
        fd = os.open(path, flags)
        os.dup2(fd, FD)
        os.set_inheritable(FD, True)
        if fd != FD:
            os.close(fd)

    return where.call(tool, who, *words, prepare=prepare, **more)


def good(tool):
    """The directory, however it was opened."""
    def case(where):
        for flags in (os.O_RDONLY, os.O_RDONLY | os.O_DIRECTORY, os.O_PATH,
                      os.O_PATH | os.O_DIRECTORY):
            target = Target(where)
            done = with_fd(where, tool, f'/proc/{target.pid}', 0, 100000, 10, flags=flags)
            demand(done.status == 0 and done.err == '', flags, done)
            demand(target.map(tool) == '0 100000 10', target.map(tool))
    return case


def pidfd(tool):
    """What pidfd_open(2) gives."""
    def case(where):
        target = Target(where)

        def prepare():
            os.dup2(os.pidfd_open(target.pid), FD)
            os.set_inheritable(FD, True)

        done = where.call(tool, f'fd:{FD}', 0, 100000, 10, prepare=prepare)
        demand(done.status == 0 and done.err == '', done)
        demand(target.map(tool) == '0 100000 10', target.map(tool))
    return case


def pidfd_gone(tool):
    """A pidfd of a process that has ended, with its pid given to another."""
    def case(where):
        target = Target(where)
        ready, told = os.pipe()

        def prepare():
            os.dup2(os.pidfd_open(target.pid), FD)
            os.set_inheritable(FD, True)
            os.write(told, b'.')
            os.read(wait, 1)

        wait, go = os.pipe()
        child = where.start([tool, f'fd:{FD}', '0', '100000', '10'], prepare=prepare)
        os.read(ready, 1)
        target.end()
        os.write(go, b'.')
        done = where.finish(child)
        demand(done.status == 1, done)
        one_line(where, done, None)
        for fd in (ready, told, wait, go):
            os.close(fd)
    return case


def refused_fd(where, tool, target, done):
    demand(done.status == 1 and target.maps() == UNTOUCHED, done, target.maps())
    one_line(where, done, None)


# Paths that are no process; {pid} is one that would be good.
WRONG = ('/proc', '/proc/{pid}/ns', '/proc/{pid}/fd', '/proc/{pid}/uid_map', '/proc/{pid}/status',
         '/proc/{pid}/map_files', '/proc/sys', '/proc/self', '/proc/1', '/tmp', '/', '/dev/null',
         '/etc/passwd', '/home/alice', '/proc/{pid}/cwd/', '/proc/{pid}/net')


def wrong(tool):
    def case(where):
        target = Target(where)
        for path in WRONG:
            done = with_fd(where, tool, path.format(pid=target.pid), 0, 100000, 1)
            demand(done.status == 1, path, done)
            refused_fd(where, tool, target, done)
    return case


def task(tool):
    """The directory of a thread: the map of the same process, or nothing."""
    def case(where):
        target = Target(where)
        done = with_fd(where, tool, f'/proc/{target.pid}/task/{target.pid}', 0, 100000, 1)
        if done.status == 0:
            demand(target.map(tool) == '0 100000 1', target.map(tool))
        else:
            refused_fd(where, tool, target, done)
    return case


def number_forms(tool):
    def case(where):
        target = Target(where)
        for who in ('fd:', 'fd:x', 'fd:-1', 'fd:99', f'fd: {FD}', f'fd:+{FD}', f'fd:{FD} ',
                    f'fd:{FD}x', f'fd:{FD + (1 << 32)}', f'fd:{FD + (1 << 64)}', f'FD:{FD}',
                    f'fd:{FD}/..', f'fd:fd:{FD}', f'pidfd:{FD}', 'fd:2147483648',
                    'fd:' + '9' * 3000, f'fd:0x{FD}', f'fd={FD}', f'fd:{FD}:', f'fd:\n{FD}'):
            done = with_fd(where, tool, f'/proc/{target.pid}', 0, 100000, 1, who=who)
            demand(done.status == 1, repr(who[:40]), done)
            refused_fd(where, tool, target, done)
    return case


def closed(tool):
    """A descriptor that the caller does not have; standard ones among them, which the tool may
    have opened itself."""
    def case(where):
        target = Target(where)
        for number in (0, 1, 2, 3, 4, 5, 63):
            done = where.call(tool, f'fd:{number}', 0, 100000, 1,
                              closed=(number,) if number < 3 else ())
            demand(done.status == 1 and target.maps() == UNTOUCHED, number, done)
    return case


def of_bob(tool):
    """A descriptor that somebody else opened and handed over gives no right."""
    def case(where):
        target = Target(where, 'bob')
        fd = os.open(f'{where.dir}/proc/{target.pid}', os.O_RDONLY)
        os.set_inheritable(fd, True)
        done = where.call(tool, f'fd:{fd}', 0, 100000, 1)
        os.close(fd)
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        one_line(where, done, 'owned by a different user')
    return case


def own_mount(tool):
    """The caller has a mount namespace with a directory over /proc that looks like it: a file of
    his for the map must not be written to as root, and what it links to neither."""
    def case(where):
        where.write('/srv/secret', 'root only\n', mode=0o600)
        where.write('/srv/seen', 'root only\n', mode=0o644)

        def prepare():
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), 'unshare')
            sandbox.mount('none', '/tmp', 'tmpfs', 0)
            os.makedirs('/tmp/77/ns')
            for name in ('uid_map', 'gid_map', 'setgroups'):
                os.symlink('/srv/secret' if name == 'gid_map' else '/srv/seen', f'/tmp/77/{name}')
            os.dup2(os.open('/tmp/77', os.O_RDONLY), FD)
            os.set_inheritable(FD, True)

        done = where.call(tool, f'fd:{FD}', 0, 100000, 1, prepare=prepare)
        demand(done.status != 0, done)
        for name in ('secret', 'seen'):
            with open(f'{where.dir}/srv/{name}', encoding='utf-8') as file:
                demand(file.read() == 'root only\n', f'{name} was written to')
    return case


def mounted_over(tool):
    """The directory is a process's, but the caller opened it in a mount namespace of his own, where
    a file of his own lies over what the tool looks at: what was denied there was not denied."""
    names = ('uid_map', 'gid_map', 'setgroups', 'ns', 'status')

    def case(where):
        for name in names:
            where.write('/srv/seen', 'allow\n', 'alice')
            target = Target(where)
            done = where.call(tool, f'fd:{FD}', 0, 1000, 1,
                              prepare=lambda: send_covered(target.pid, name))
            with open(f'{where.dir}/srv/seen', encoding='utf-8') as file:
                demand(file.read() == 'allow\n', f'what lies over {name} was written to')
            if target.map(tool):
                # Then it was not looked at.
                demand(done.status == 0 and target.map(tool) == '0 1000 1', name, done)
                demand(tool == UIDMAP or target.setgroups() == 'deny', name, 'not denied')
                demand(name != MAP_OF[tool], f'{name} was trusted')
            else:
                demand(done.status == 1 and target.maps()[:2] == UNTOUCHED[:2], name, done)
                one_line(where, done, None)
            target.end()
    return case


def send_covered(pid, name):
    """In the caller: descriptor FD is /proc/PID as a namespace sees it where another file, or
    directory, lies over the name."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        try:
            libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), 'unshare')
            sandbox.mount('/tmp' if name == 'ns' else '/srv/seen', f'/proc/{pid}/{name}', 'none',
                          sandbox.MS_BIND)
            fd = os.open(f'/proc/{pid}', os.O_PATH)
            socket.send_fds(theirs, [b'.'], [fd])
            signal.pause()      # with the namespace the mount would go
        finally:
            os._exit(1)
    theirs.close()
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    os.dup2(fds[0], FD)
    os.set_inheritable(FD, True)


def look_alike(tool):
    """A plain directory with the names of /proc/PID, as links, FIFOs and files."""
    def case(where):
        where.write('/srv/seen', 'root only\n', mode=0o600)
        home = f'{where.dir}/home/alice/p'
        os.makedirs(f'{home}/ns')
        make = {
            'link': lambda path: os.symlink('/srv/seen', path),
            'file': lambda path: open(path, 'w', encoding='ascii').close(),
            'fifo': os.mkfifo,
            'hard': lambda path: os.link(f'{where.dir}/home/alice/f', path),
            'proc': lambda path: os.symlink(f'/proc/1/{os.path.basename(path)}', path),
        }
        open(f'{where.dir}/home/alice/f', 'w', encoding='ascii').close()
        for how, function in make.items():
            for name in ('uid_map', 'gid_map', 'setgroups', 'status'):
                function(f'{home}/{name}')
            os.symlink('/proc/self/ns/user', f'{home}/ns/user')
            for where_from, _, names in os.walk(home):
                for name in names + ['.']:
                    os.chown(f'{where_from}/{name}', 1000, 1000, follow_symlinks=False)
            done = with_fd(where, tool, '/home/alice/p', 0, 100000, 1)
            demand(done.status == 1, how, done)
            one_line(where, done, None)
            for name in ('uid_map', 'gid_map', 'setgroups', 'status', 'ns/user'):
                if how == 'file':
                    demand(os.path.getsize(f'{home}/{name}') == 0 or name == 'ns/user',
                           name, 'was written to')
                os.unlink(f'{home}/{name}')
        with open(f'{where.dir}/srv/seen', encoding='utf-8') as file:
            demand(file.read() == 'root only\n', 'what the link names was written to')
    return case


def other_proc(tool):
    """A second mount of proc, made by the caller in namespaces of his own: its processes are others
    than those of the same number here."""
    def case(where):
        target = Target(where)

        def prepare():
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), 'unshare')
            os.dup2(os.open(f'/proc/{target.pid}', os.O_RDONLY), FD)
            os.set_inheritable(FD, True)

        done = where.call(tool, f'fd:{FD}', 0, 100000, 1, prepare=prepare)
        demand(done.status != 0 and target.maps() == UNTOUCHED, done)
    return case


def process_ended(tool):
    """The directory of a process that has ended, whose pid is free again."""
    def case(where):
        target = Target(where)
        fd = os.open(f'{where.dir}/proc/{target.pid}', os.O_RDONLY)
        os.set_inheritable(fd, True)
        target.end()
        done = where.call(tool, f'fd:{fd}', 0, 100000, 1)
        os.close(fd)
        demand(done.status == 1, done)
        one_line(where, done, None)
    return case


def not_a_namespace(tool):
    def case(where):
        child = sleeper(where)
        done = with_fd(where, tool, f'/proc/{child.pid}', 0, 100000, 1)
        demand(done.status == 1, done)
        one_line(where, done, 'namespace')
    return case


CASES = [case for function in (good, pidfd, pidfd_gone, wrong, task, number_forms, closed, of_bob,
                               own_mount, mounted_over, look_alike, other_proc, process_ended,
                               not_a_namespace)
         for case in each(function, OURS)]
