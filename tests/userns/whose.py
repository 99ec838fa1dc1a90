# SPDX-License-Identifier: BSD-3-Clause
"""Whose process it is, in which namespace, and when it is too late."""
import os
import signal

import sandbox
from granted import ALL, OURS, each, grant, one_line, refuse
from place import (CLONE_NEWUSER, Child, GIDMAP, IDS, Target, UIDMAP, UNTOUCHED, demand, libc,
                   read_map, until)

OTHERS = 'owned by a different user'
GRANT = 'GRANT_AUX_GROUP_SUBIDS yes'


def of_bob(tool):
    def case(where):
        refuse(where, Target(where, 'bob'), tool, 0, 100000, 1, says=OTHERS)
    return case


def of_root(tool):
    def case(where):
        refuse(where, Target(where, 'root'), tool, 0, 100000, 1, says=OTHERS)
    return case


def by_root_of_alice(tool):
    """Root may do more than this tool, but not with it."""
    def case(where):
        where.rows('root:100000:10\n')
        refuse(where, Target(where), tool, 0, 100000, 1, user='root', says=OTHERS)
    return case


def written(tool):
    def case(where):
        target = Target(where)
        grant(where, target, tool, 0, 100000, 1)
        refuse(where, target, tool, 0, 100000, 1, says='already')
        refuse(where, target, tool, 0, 100000, 65536, says='already')
        refuse(where, target, tool, 0, 165536, 1, says='165536|already')
    return case


def written_by_itself(tool):
    """The process mapped itself, as it may."""
    def case(where):
        target = Target(where)
        name = 'uid_map' if tool == UIDMAP else 'gid_map'

        def write():
            if tool == GIDMAP:
                put(f'/proc/{target.pid}/setgroups', b'deny')
            put(f'/proc/{target.pid}/{name}', b'0 1000 1\n')

        demand(Child(where, 'alice', write).wait() == 0, 'it cannot map itself')
        refuse(where, target, tool, 0, 100000, 1, says='already')
    return case


def put(path, content):
    with open(path, 'wb', buffering=0) as file:
        file.write(content)


def no_namespace(tool):
    """A process of the caller that made no namespace: that is the caller's own namespace."""
    def case(where):
        child = sleeper(where)
        name = 'uid_map' if tool == UIDMAP else 'gid_map'
        before = read_map(where, child.pid, name)
        done = where.call(tool, child.pid, 0, 100000, 1)
        demand(done.status == 1 and read_map(where, child.pid, name) == before, done)
        one_line(where, done, 'namespace')
    return case


def no_namespace_root(tool):
    """The same of root: his process has more rights than the tool keeps."""
    def case(where):
        where.rows('root:100000:10\n')
        child = sleeper(where, 'root')
        done = where.call(tool, child.pid, 0, 100000, 1, user='root')
        demand(done.status == 1, done)
        one_line(where, done, 'no user namespace of its own|may not')
    return case


def sleeper(where, user='alice'):
    child = Child(where, user, lambda: os.execv('/usr/bin/sleep', ['sleep', '100']))
    until(lambda: b'sleep' in read(f'{where.dir}/proc/{child.pid}/comm'), 'the sleeper')
    return child


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def nested(tool):
    """A namespace in the caller's namespace: the ids are those of the outer one, which he sees
    from outside only."""
    def case(where):
        pid, outer = make_nested(where)
        name = 'uid_map' if tool == UIDMAP else 'gid_map'
        for words in ((0, 100000, 1), (0, 0, 1), (0, 1000, 1)):
            done = where.call(tool, pid, *words)
            demand(done.status == 1, done)
            demand(read_map(where, pid, name) == '', read_map(where, pid, name), done)
            one_line(where, done, None)
        outer.end()
    return case


def make_nested(where):
    """(process in a namespace in a namespace, its parent)."""
    ready, told = os.pipe()

    def function():
        libc.prctl(4, 1, 0, 0, 0)
        sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
        put('/proc/self/setgroups', b'deny')
        put('/proc/self/uid_map', b'0 1000 1')
        put('/proc/self/gid_map', b'0 1000 1')
        pid = os.fork()
        if pid == 0:
            sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
            os.write(told, b'%d' % int(os.readlink('/proc/self')))
            signal.pause()
        os.waitpid(pid, 0)

    outer = Child(where, 'alice', function)
    os.close(told)
    pid = os.read(ready, 20)
    os.close(ready)
    demand(pid, 'no namespace in a namespace')
    return int(pid), outer


def from_inside(tool):
    """The caller sits in the namespace himself: no bit of a file has an effect there."""
    def case(where):
        def unshare():
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')

        for who in ('self', 'other'):
            target = Target(where)
            done = where.call(tool, target.pid, 0, 100000, 1, prepare=unshare)
            demand(done.status != 0 and target.maps() == UNTOUCHED, who, done)
    return case


def gone(tool):
    """A process that has ended; and one that has ended but is not waited for."""
    def case(where):
        target = Target(where)
        pid = target.pid
        os.close(target.tell)
        target.tell = None
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        done = where.call(tool, pid, 0, 100000, 1)
        demand(done.status == 1 or where.kind == 'packaged', 'zombie', done)
        if done.status:
            one_line(where, done, None)
        target.wait()
        done = where.call(tool, pid, 0, 100000, 1)
        demand(done.status == 1, done)
        one_line(where, done, f'{pid}|process')
    return case


def thread_of_process(tool):
    """The pid of init: a process that is there and not the caller's."""
    def case(where):
        done = where.call(tool, 1, 0, 100000, 1)
        demand(done.status == 1, done)
        one_line(where, done, None)
    return case


# --- the caller's primary group

def other_group(tool):
    """After newgrp: not without GRANT_AUX_GROUP_SUBIDS."""
    def case(where):
        target = Target(where, gid=1100)
        refuse(where, target, tool, 0, 100000, 1, gid=1100, says=OTHERS)
    return case


def other_group_granted(tool):
    def case(where):
        where.setting(GRANT)
        grant(where, Target(where, gid=1100), tool, 0, 100000, 1, gid=1100)
    return case


def other_group_no(tool):
    def case(where):
        where.setting('GRANT_AUX_GROUP_SUBIDS no')
        target = Target(where, gid=1100)
        refuse(where, target, tool, 0, 100000, 1, gid=1100)
    return case


def process_other_group(tool):
    """The process has another group than the caller: never."""
    def case(where):
        for setting in ('', GRANT):
            where.setting(setting)
            target = Target(where, gid=1100)
            refuse(where, target, tool, 0, 100000, 1)
            target = Target(where)
            refuse(where, target, tool, 0, 100000, 1, gid=1100)
    return case


def owned_group(where):
    """With GRANT_AUX_GROUP_SUBIDS one's own group is the one that one has now."""
    where.setting(GRANT)
    target = Target(where, gid=1100)
    refuse(where, target, GIDMAP, 0, 1000, 1, gid=1100)
    grant(where, target, GIDMAP, 0, 1100, 1, gid=1100)
    demand(target.setgroups() == 'deny', target.setgroups())


def supplementary(where):
    """A supplementary group is not one's own, with the setting or without."""
    for setting in ('', GRANT):
        where.setting(setting)
        target = Target(where)
        refuse(where, target, GIDMAP, 0, 1100, 1, says='1100')
        refuse(where, target, GIDMAP, 0, 1000, 1, 1, 1100, 1, says='1100')


def group_rows(tool):
    """GRANT_AUX_GROUP_SUBIDS gives no rows that bear the name of a group."""
    def case(where):
        where.setting(GRANT)
        where.rows('club:700000:10\n%club:710000:10\n@club:720000:10\n1100:730000:10\n')
        for low in (700000, 710000, 720000, 730000):
            refuse(where, Target(where), tool, 0, low, 1, says=str(low))
    return case


# --- not to be traced by the owner

def undumpable(tool):
    """A process that the owner may not look into: its files are root's, its directory is not.
    Ours opens them with the caller's ids, in both builds: the owner of the process gets no more
    of it than he may see himself."""
    def case(where):
        ready, told = os.pipe()

        def function():
            libc.prctl(4, 1, 0, 0, 0)
            sandbox.check(libc.unshare(CLONE_NEWUSER), 'unshare')
            libc.prctl(4, 0, 0, 0, 0)
            os.write(told, b'.')
            signal.pause()

        child = Child(where, 'alice', function)
        os.close(told)
        demand(os.read(ready, 1) == b'.', 'no namespace')
        name = 'uid_map' if tool == UIDMAP else 'gid_map'
        done = where.call(tool, child.pid, 0, 100000, 1)
        demand(done.status == (0 if where.kind == 'packaged' else 1), done)
        demand(bool(read_map(where, child.pid, name)) == (done.status == 0), done)
        if done.status:
            one_line(where, done, 'look|dump')
    return case


CASES = [case for function in (of_bob, of_root, by_root_of_alice, written, written_by_itself,
                               no_namespace, no_namespace_root, nested, from_inside, gone,
                               thread_of_process,
                               other_group, other_group_granted, other_group_no,
                               process_other_group, group_rows, undumpable)
         for case in each(function)]
CASES += [('owned-group', owned_group, ALL), ('supplementary', supplementary, ALL)]
