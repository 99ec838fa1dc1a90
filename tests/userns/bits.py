# SPDX-License-Identifier: BSD-3-Clause
"""Where the right to map comes from, and which of the conditions failed when it is not there."""
import os
import shutil
import signal

import sandbox
from granted import ALL, OURS, each, grant, one_line, refuse
from place import (CAPABILITY, CLONE_NEWUSER, Child, GIDMAP, MS_NOSUID, PR_SET_NO_NEW_PRIVS, Target,
                   UIDMAP, UNTOUCHED, demand, give_capability, libc)
from whose import sleeper

PR_CAPBSET_DROP = 24
PTRACE_TRACEME, PTRACE_CONT = 0, 7
RIGHT = {UIDMAP: 'CAP_SETUID', GIDMAP: 'CAP_SETGID'}
ALL_IDS = '0 0 4294967295\n'


def own(where, tool, **more):
    """The kernel lets everybody map himself: no right is needed."""
    target = Target(where)
    grant(where, target, tool, 0, 1000, 1, **more)
    if tool == GIDMAP:
        demand(target.setgroups() == 'deny', target.setgroups())


def lacking(where, tool, says, **more):
    """A range is refused, and the reason is told, with and without --check; oneself goes."""
    target = Target(where)
    refuse(where, target, tool, 0, 100000, 10, says=says, **more)
    refuse(where, target, tool, target.pid, 0, 100000, 10, who='--check', says=says, **more)
    refuse(where, target, tool, 0, 1000, 1, 1, 100000, 10, says=says, **more)
    own(where, tool, **more)


def bits_missing(tool):
    def case(where):
        where.put('bare')
        lacking(where, tool, f'neither set-uid root nor .* {RIGHT[tool]}')
    return case


def nosuid(tool):
    def case(where):
        where.put(where.kind, MS_NOSUID)
        lacking(where, tool, 'nosuid')
    return case


def no_new_privs(tool):
    def case(where):
        lacking(where, tool, 'no_new_privs',
                prepare=lambda: libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    return case


def bounded(tool):
    """A container whose bounding set is without the capability, as OpenShift's are.  A file
    capability that cannot be had whole is a program that cannot be run."""
    def case(where):
        def drop():
            sandbox.check(libc.prctl(PR_CAPBSET_DROP, CAPABILITY[tool], 0, 0, 0), 'prctl')

        if where.kind == 'fcaps':
            target = Target(where)
            done = where.call(tool, target.pid, 0, 100000, 10, first=drop)
            demand(done.status != 0 and target.maps() == UNTOUCHED, done)
            return
        lacking(where, tool, 'bounding set', first=drop)
    return case


def special(where, tool, owner, mode, capability=None):
    """Another copy of the tool, in /srv."""
    path = f'{where.dir}/srv/{tool}'
    shutil.copyfile(f'{where.tools.dir}/bare/{tool}', path)
    os.chown(path, *owner)
    os.chmod(path, mode)
    if capability is not None:
        give_capability(path, capability)
    return f'/srv/{tool}'


def other_capability(tool):
    """The file has a capability, but the wrong one."""
    def case(where):
        other = CAPABILITY[GIDMAP if tool == UIDMAP else UIDMAP]
        lacking(where, tool, RIGHT[tool], path=special(where, tool, (0, 0), 0o755, other))
    return case


def set_uid_bob(tool):
    """Set-uid, but not root's: the caller is still who called."""
    def case(where):
        path = special(where, tool, (1001, 1001), 0o6755)
        target = Target(where)
        refuse(where, target, tool, 0, 165536, 10, path=path)
        refuse(where, target, tool, 0, 1001, 1, path=path)
        lacking(where, tool, RIGHT[tool], path=path)
        of_bob = Target(where, 'bob')
        refuse(where, of_bob, tool, 0, 165536, 10, path=path)
    return case


def set_gid_root(tool):
    """A set-gid bit on top gives no gid of its own."""
    def case(where):
        path = special(where, tool, (0, 0), 0o6755)
        target = Target(where)
        refuse(where, target, tool, 0, 0, 1, path=path)
        grant(where, target, tool, 0, 100000, 10, path=path)
    return case


def both_kinds(tool):
    """The set-uid bit and the capability."""
    def case(where):
        path = special(where, tool, (0, 0), 0o4755, CAPABILITY[tool])
        grant(where, Target(where), tool, 0, 100000, 10, path=path)
    return case


def by_root_without_bits(tool):
    """Root has the right himself, and needs no bit."""
    def case(where):
        where.put('bare')
        where.rows('root:700000:10\n')
        grant(where, Target(where, 'root'), tool, 0, 700000, 10, user='root')
    return case


def traced(tool):
    """Under a debugger of the caller the bits have no effect."""
    def case(where):
        target = Target(where)

        def function():
            pid = os.fork()
            if pid == 0:
                libc.ptrace(PTRACE_TRACEME, 0, None, None)
                os.execv(f'/usr/bin/{tool}', [tool, str(target.pid), '0', '100000', '10'])
            while True:
                _, status = os.waitpid(pid, 0)
                if not os.WIFSTOPPED(status):
                    return os.waitstatus_to_exitcode(status)
                number = os.WSTOPSIG(status)
                libc.ptrace(PTRACE_CONT, pid, None, None if number == signal.SIGTRAP else number)

        child = Child(where, 'alice', quiet(function))
        demand(child.wait() == 1, 'status', child.status)
        demand(target.maps() == UNTOUCHED, target.maps())
    return case


def quiet(function):
    def call():
        os.dup2(os.open('/dev/null', os.O_RDWR), 2)
        return function()
    return call


# --- in a namespace already: a container

def container(tool):
    """Root of a container has all ids: the tools work there as outside."""
    def case(where):
        where.contain(ALL_IDS)
        target = Target(where)
        grant(where, target, tool, 0, 1000, 1, 1, 100000, 65535)
        refuse(where, Target(where), tool, 0, 165536, 1, says='165536')
    return case


def container_lacks_ids(tool):
    """The rows of the files give ids that the container itself does not have."""
    def case(where):
        where.contain('0 0 150000\n')
        grant(where, Target(where), tool, 0, 100000, 50000)
        refuse(where, Target(where), tool, 0, 100000, 65536, says='100000-165535.*own')
        refuse(where, Target(where), tool, 0, 149999, 2, says='own user namespace')
    return case


def container_two_rows(tool):
    """The ids are there, but in two rows of the container's own map: the kernel wants one."""
    def case(where):
        where.contain('0 0 110000\n110000 210000 110000\n')
        grant(where, Target(where), tool, 0, 100000, 10000, 10000, 110000, 1000,
              seen='0 100000 10000 10000 210000 1000')
        refuse(where, Target(where), tool, 0, 100000, 20000, says='100000-119999')
    return case


def container_foreign_bits(tool):
    """The container's root is not the root that owns the file: a set-uid bit does not count there,
    a file capability does, for what is the container's."""
    def case(where):
        where.contain('0 500000 400000\n')
        target = Target(where)
        if where.kind == 'fcaps':
            grant(where, target, tool, 0, 100000, 10, seen='0 600000 10')
            return
        done = where.call(tool, target.pid, 0, 100000, 10)
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        one_line(where, done, f'{RIGHT[tool]}.*user namespace')
    return case


def no_namespaces(tool):
    """user.max_user_namespaces is 0: the process is not in one, for it could not make any.  The
    limit is a namespace's own."""
    def case(where):
        where.contain(ALL_IDS)
        done = where.call('sh', '-c', 'echo 0 >/proc/sys/user/max_user_namespaces', user='root',
                          path='/bin/sh')
        demand(done.status == 0, done)
        made = Child(where, 'alice', lambda: 0 if libc.unshare(CLONE_NEWUSER) == 0 else 1)
        demand(made.wait() == 1, 'a namespace was made')
        child = sleeper(where)
        done = where.call(tool, child.pid, 0, 100000, 10)
        demand(done.status == 1, done)
        one_line(where, done, 'max_user_namespaces')
    return case


CASES = [case for function in (bits_missing, nosuid, no_new_privs, bounded, other_capability,
                               set_uid_bob, set_gid_root, both_kinds, by_root_without_bits,
                               no_namespaces, container_foreign_bits)
         for case in each(function, OURS)]
CASES += [case for function in (traced, container, container_lacks_ids, container_two_rows)
          for case in each(function, ALL)]
