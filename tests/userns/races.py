# SPDX-License-Identifier: BSD-3-Clause
"""What happens to the process while the tool looks at it: it ends and its pid is another's, it
loses its parent, it becomes a program with bits, it enters a namespace.

The moments are spread over the time that the tool takes.  SIGSTOP, which the caller may send to a
set-uid program that he started, makes the gap as wide as he likes.
"""
import os
import shutil
import signal
import time

import sandbox
from granted import OURS, each, one_line
from place import CLONE_NEWUSER, Child, GIDMAP, Target, UIDMAP, demand, libc, read_map, until
from whose import read

TRIES = 40
RANGE = '0 100000 10'
OWN = '0 1000 1'


def spread(where, tool):
    """Moments from the start of the tool to a little after its end, in an order of their own."""
    times = []
    for _ in range(3):
        target = Target(where)
        start = time.monotonic()
        where.call(tool, target.pid, *RANGE.split())
        times.append(time.monotonic() - start)
        target.end()
    whole = min(times) * 1.1
    return [whole * ((number * 37) % TRIES) / TRIES for number in range(TRIES)]


def nap(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def tell_and_end(done, where):
    """However the race went: it is a status, and a line if it failed."""
    demand(done.status in (0, 1), done)
    if done.status:
        one_line(where, done, None)


def at_pid(where, pid, user):
    """A process in a namespace of the user's that has just this pid, which must be free."""
    for _ in range(50):
        put_last_pid(where, pid - 1)
        target = Target(where, user)
        if target.pid == pid:
            return target
        target.end()
    demand(False, 'the pid was not given')
    return None


def put_last_pid(where, pid):
    with open(f'{where.dir}/proc/sys/kernel/ns_last_pid', 'w', encoding='ascii') as file:
        file.write(str(pid))


def ends(tool):
    """It ends."""
    def case(where):
        ended = 0
        for moment in spread(where, tool):
            target = Target(where)
            child = where.start([tool, str(target.pid), *RANGE.split()])
            nap(moment)
            target.end()
            done = where.finish(child)
            tell_and_end(done, where)
            ended += done.status
        demand(ended, 'it was always too late')
    return case


def other_in_its_place(tool):
    """It ends, and its pid becomes that of a process of bob's in a namespace of his."""
    def case(where):
        for moment in spread(where, tool):
            target = Target(where)
            child = where.start([tool, str(target.pid), *RANGE.split()])
            nap(moment)
            target.end()
            other = at_pid(where, target.pid, 'bob')
            done = where.finish(child)
            tell_and_end(done, where)
            demand(other.maps() == ('', '', 'allow'), "bob's namespace got", other.maps(), done)
            other.end()
    return case


def stopped(tool, words, fd=False):
    """The same while the tool is stopped, wherever it is then."""
    def case(where):
        for moment in spread(where, tool):
            target = Target(where)
            who, directory = str(target.pid), -1
            if fd:
                directory = os.open(f'{where.dir}/proc/{target.pid}', os.O_RDONLY)
                os.set_inheritable(directory, True)
                who = f'fd:{directory}'
            child = where.start([tool, who, *words.split()])
            nap(moment)
            os.kill(child.pid, signal.SIGSTOP)
            target.end()
            other = at_pid(where, target.pid, 'bob')
            os.kill(child.pid, signal.SIGCONT)
            done = where.finish(child)
            tell_and_end(done, where)
            demand(other.maps() == ('', '', 'allow'), "bob's namespace got", other.maps(), done)
            other.end()
            if fd:
                os.close(directory)
    return case


def own_in_its_place(tool):
    """A process of the caller's own takes the pid while the tool is stopped.  A map may be set, in
    one of the two; setgroups is denied in the one whose map it is."""
    def case(where):
        for moment in spread(where, tool):
            target = Target(where)
            beside = Child(where, 'alice', lambda: stay_beside(target.pid))
            until(lambda: b'sleep' in read(f'{where.dir}/proc/{beside.pid}/comm'), 'the sleeper')
            child = where.start([tool, str(target.pid), *OWN.split()])
            nap(moment)
            os.kill(child.pid, signal.SIGSTOP)
            target.end()
            other = at_pid(where, target.pid, 'alice')
            os.kill(child.pid, signal.SIGCONT)
            tell_and_end(where.finish(child), where)
            for pid in (other.pid, beside.pid) if tool == GIDMAP else ():
                denied = read(f'{where.dir}/proc/{pid}/setgroups').strip() == b'deny'
                demand(denied or not read_map(where, pid, 'gid_map'), 'the map without the denial')
            other.end()
            beside.end()
    return case


def stay_beside(pid):
    """In the namespace of the process, which so outlives it."""
    fd = os.open(f'/proc/{pid}/ns/user', os.O_RDONLY)
    sandbox.check(libc.setns(fd, CLONE_NEWUSER), 'setns')
    os.execv('/usr/bin/sleep', ['sleep', '100'])


def reparented(tool):
    """Its parent ends."""
    def case(where):
        for moment in spread(where, tool)[::3]:
            pid, parent = orphan(where)
            child = where.start([tool, str(pid), *RANGE.split()])
            nap(moment)
            parent.end()
            done = where.finish(child)
            demand(done.status == 0, done)
            name = 'uid_map' if tool == UIDMAP else 'gid_map'
            demand(read_map(where, pid, name) == RANGE, read_map(where, pid, name))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)      # we are the init that it came to
    return case


def orphan(where):
    """(process in a namespace, its parent)"""
    ready, told = os.pipe()

    def function():
        pid = os.fork()
        if pid == 0:
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
            os.write(told, b'%d' % int(os.readlink('/proc/self')))
        signal.pause()

    parent = Child(where, 'alice', function)
    os.close(told)
    pid = int(os.read(ready, 20))
    os.close(ready)
    return pid, parent


def becomes_root(tool):
    """It runs a set-uid program, and is root's: outside of a namespace, the caller's own map is
    what could be written, and is not."""
    def case(where):
        path = f'{where.dir}/srv/sleep'
        shutil.copyfile(f'{where.base}/usr/bin/sleep', path)
        os.chmod(path, 0o4755)
        for moment in spread(where, tool)[::2]:
            go, tell = os.pipe()

            def function():
                libc.prctl(4, 1, 0, 0, 0)
                os.read(go, 1)
                os.execv('/srv/sleep', ['sleep', '100'])

            victim = Child(where, 'alice', function)
            child = where.start([tool, str(victim.pid), *RANGE.split()])
            nap(moment)
            os.write(tell, b'.')
            done = where.finish(child)
            demand(done.status == 1, done)
            one_line(where, done, None)
            victim.end()
            os.close(go)
            os.close(tell)
    return case


def runs_program(tool):
    """It runs programs all the time: the namespace is the same, the map is set or the tool says
    why not."""
    def case(where):
        for moment in spread(where, tool)[::2]:
            target = Target(where)
            child = where.start([tool, str(target.pid), *RANGE.split()])
            nap(moment)
            target.order('/usr/bin/sleep')
            done = where.finish(child)
            tell_and_end(done, where)
            demand(target.map(tool) == (RANGE if done.status == 0 else ''), target.map(tool), done)
            target.end()
    return case


def enters_namespace(tool):
    """It makes its namespace while the tool looks: before or after, but not half."""
    def case(where):
        name = 'uid_map' if tool == UIDMAP else 'gid_map'
        made = 0
        for moment in spread(where, tool):
            go, tell = os.pipe()
            ready, told = os.pipe()

            def function():
                libc.prctl(4, 1, 0, 0, 0)
                os.read(go, 1)
                sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
                os.write(told, b'.')
                signal.pause()

            process = Child(where, 'alice', function)
            child = where.start([tool, str(process.pid), *OWN.split()])
            nap(moment)
            os.write(tell, b'.')
            done = where.finish(child)
            tell_and_end(done, where)
            os.read(ready, 1)
            written = read_map(where, process.pid, name)
            demand(written == (OWN if done.status == 0 else ''), written, done)
            denied = read(f'{where.dir}/proc/{process.pid}/setgroups').strip() == b'deny'
            if tool == GIDMAP and written:
                demand(denied, 'the map without the denial')
            made += done.status == 0
            process.end()
            for fd in (go, tell, ready, told):
                os.close(fd)
        del made
    return case


def joins_namespace(tool):
    """It joins a namespace that another process of the caller's made."""
    def case(where):
        for moment in spread(where, tool):
            target = Target(where)
            go, tell = os.pipe()
            ready, told = os.pipe()

            def function():
                libc.prctl(4, 1, 0, 0, 0)
                fd = os.open(f'/proc/{target.pid}/ns/user', os.O_RDONLY)
                os.read(go, 1)
                sandbox.check(libc.setns(fd, CLONE_NEWUSER), 'setns')
                os.write(told, b'.')
                signal.pause()

            process = Child(where, 'alice', function)
            child = where.start([tool, str(process.pid), *OWN.split()])
            nap(moment)
            os.write(tell, b'.')
            done = where.finish(child)
            tell_and_end(done, where)
            os.read(ready, 1)
            if target.map(tool):
                demand(target.map(tool) == OWN and done.status == 0, target.map(tool), done)
                demand(tool == UIDMAP or target.setgroups() == 'deny', 'not denied')
            process.end()
            target.end()
            for fd in (go, tell, ready, told):
                os.close(fd)
    return case


def two_at_once(tool):
    """Two tools for one process: the map of one of them, whole."""
    def case(where):
        other = '5 100100 20 50 100300 30'
        for _ in range(TRIES // 2):
            target = Target(where)
            children = [where.start([tool, str(target.pid), *words.split()])
                        for words in (RANGE, other)]
            ended = [where.finish(child) for child in children]
            demand(sorted(done.status for done in ended) == [0, 1], *ended)
            won = RANGE if ended[0].status == 0 else other
            demand(target.map(tool) == won, target.map(tool))
            target.end()
    return case


def files_change(tool):
    """The rows are replaced by others all the time: granted by the old or by the new, no error."""
    def case(where):
        where.rows('alice:100000:65536\n')
        rows = (''.join(f'user{n}:{n}:1\n' for n in range(5000)) + 'alice:100000:65536\n',
                'alice:100000:65536\n')

        def function():
            number = 0
            while True:
                for name in ('subuid', 'subgid'):
                    with open(f'/etc/{name}+', 'w', encoding='ascii') as file:
                        file.write(rows[number % 2])
                    os.rename(f'/etc/{name}+', f'/etc/{name}')
                number += 1

        writer = Child(where, 'root', function)
        for _ in range(TRIES // 2):
            target = Target(where)
            done = where.call(tool, target.pid, *RANGE.split())
            demand(done.status == 0 and target.map(tool) == RANGE, done)
            target.end()
        writer.end()
    return case


CASES = [case for function in (other_in_its_place, own_in_its_place, reparented, becomes_root,
                               runs_program, enters_namespace, joins_namespace, files_change)
         for case in each(function, OURS)]
CASES += each(ends) + each(two_at_once)
CASES += [(f'stopped-{how}-{tool}', stopped(tool, words, fd), OURS)
          for tool in (UIDMAP, GIDMAP)
          for how, words, fd in (('range', RANGE, False), ('own', OWN, False),
                                 ('fd', RANGE, True))]
