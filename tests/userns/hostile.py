# SPDX-License-Identifier: BSD-3-Clause
"""What a caller can hand over: descriptors, limits, environment, argv, signals."""
import itertools
import os
import resource
import signal
import subprocess
import time

import sandbox
from granted import ALL, OURS, each, grant, one_line
from place import ENV, GIDMAP, Target, UIDMAP, UNTOUCHED, demand, libc

WORDS = ('0', '1000', '1', '1', '100000', '65536')
MAP = ' '.join(WORDS)


def whole_or_none(target, tool):
    demand(target.map(tool) in ('', MAP), 'half a map:', target.map(tool))
    demand(target.setgroups() == 'allow', target.setgroups())


# --- descriptors

def closed_standard(tool):
    """Each of standard input, output and error closed or not: what is opened instead must not get
    what is printed."""
    def case(where):
        for closed in itertools.chain.from_iterable(itertools.combinations((0, 1, 2), n)
                                                    for n in (1, 2, 3)):
            target = Target(where)
            done = where.call(tool, target.pid, *WORDS, closed=closed)
            demand(done.status == 0 and target.map(tool) == MAP, closed, done)
            target = Target(where)
            done = where.call(tool, target.pid, 0, 165536, 1, closed=closed)
            demand(done.status == 1 and target.maps() == UNTOUCHED, closed, done)
            grant(where, target, tool, 0, 100000, 1)
            done = where.call(tool, target.pid, 0, 100000, 1, closed=closed)
            demand(done.status == 1 and target.map(tool) == '0 100000 1', closed, done)
    return case


def standard_is_the_map(tool):
    """The caller opened the map himself and gives it as standard output and error."""
    def case(where):
        for words in ((0, 165536, 1), ('x',), ('--help',), ()):
            target = Target(where)
            path = f'/proc/{target.pid}/{"uid_map" if tool == UIDMAP else "gid_map"}'

            def prepare():
                fd = os.open(path, os.O_RDWR)
                os.dup2(fd, 1)
                os.dup2(fd, 2)
            done = where.call(tool, target.pid, *words, prepare=prepare)
            demand(target.maps()[:2] == UNTOUCHED[:2], words, done, target.maps())
    return case


def output_full(tool):
    def case(where):
        for path in ('/dev/full', '/dev/null'):
            fd = os.open(path, os.O_WRONLY)
            target = Target(where)
            done = where.call(tool, target.pid, *WORDS, output=fd)
            demand(done.status == 0 and target.map(tool) == MAP, done)
            done = where.call(tool, target.pid, 0, 100000, 1, output=fd)
            demand(done.status == 1, done)
            os.close(fd)
    return case


def output_no_reader(tool):
    """A pipe that nobody reads from: SIGPIPE or a status, and the map whole or none."""
    def case(where):
        read_end, write_end = os.pipe()
        os.close(read_end)
        target = Target(where)
        done = where.call(tool, target.pid, 0, 165536, 1, output=write_end)
        demand(done.status in (1, -signal.SIGPIPE) and target.maps() == UNTOUCHED, done)
        done = where.call(tool, target.pid, *WORDS, output=write_end)
        demand(done.status == 0 and target.map(tool) == MAP, done)
        os.close(write_end)
    return case


def many_descriptors(tool):
    def case(where):
        def prepare():
            for _ in range(900):
                os.set_inheritable(os.open('/', os.O_PATH), True)
        grant(where, Target(where), tool, *WORDS, prepare=prepare)
    return case


# --- limits

LIMITS = [('NOFILE', number) for number in (0, 1, 3, 4, 5, 6, 8, 12)]
LIMITS += [('FSIZE', 0), ('FSIZE', 1), ('CORE', 0), ('NPROC', 0), ('MEMLOCK', 0), ('STACK', 16384),
           ('STACK', 131072), ('DATA', 0), ('DATA', 100000), ('AS', 1 << 20), ('AS', 3 << 20),
           ('AS', 4 << 20), ('AS', 6 << 20), ('AS', 12 << 20), ('RTTIME', 1), ('SIGPENDING', 0),
           ('NICE', 0)]


def limits(tool):
    """With little of everything: it goes, or it does not; nothing in between."""
    def case(where):
        for name, value in LIMITS:
            def prepare():
                kind = getattr(resource, f'RLIMIT_{name}')
                resource.setrlimit(kind, (value, value))
            target = Target(where)
            done = where.call(tool, target.pid, *WORDS, prepare=prepare)
            whole_or_none(target, tool)
            demand((done.status == 0) == (target.map(tool) == MAP), name, value, done)
            target.end()
    return case


# --- environment

TRAP = '''#include <fcntl.h>
__attribute__((constructor)) static void here(void)
{
	open("/home/alice/loaded", O_CREAT | O_WRONLY, 0666);
}
_Bool shadow_subid_has_range(const char *o, unsigned long s, unsigned long c, int t, _Bool *r);
_Bool shadow_subid_has_range(const char *o, unsigned long s, unsigned long c, int t, _Bool *r)
{
	*r = 1;
	return o == 0 && s == c && t;
}
int shadow_subid_list_owner_ranges(const char *o, int t, void **r, int *c);
int shadow_subid_list_owner_ranges(const char *o, int t, void **r, int *c)
{
	static struct { unsigned long s, c; } all = { 0, 4294967295 };

	*r = &all;
	*c = 1;
	return o == 0 && t;
}
int shadow_subid_find_subid_owners(unsigned long i, int t, void **u, int *c);
int shadow_subid_find_subid_owners(unsigned long i, int t, void **u, int *c)
{
	*c = 0;
	return i && t && u == 0;
}
void shadow_subid_free(void *p);
void shadow_subid_free(void *p)
{
	(void)p;
}
'''


def nasty(home):
    so = f'{home}/libsubid_trap.so'
    return {
        'LD_PRELOAD': so, 'LD_LIBRARY_PATH': home, 'LD_AUDIT': so, 'LD_BIND_NOW': '1',
        'LD_DEBUG': 'all', 'LD_DEBUG_OUTPUT': f'{home}/debug', 'PATH': f'{home}/bin',
        'IFS': '/', 'ENV': f'{home}/rc',
        'BASH_ENV': f'{home}/rc', 'LOCPATH': f'{home}/locale', 'LC_ALL': 'xx_XX.UTF-8',
        'LANG': '../../home/alice/locale/xx', 'LANGUAGE': f'../..{home}/locale', 'NLSPATH':
        f'{home}/%N.cat', 'TEXTDOMAINDIR': f'{home}/locale', 'OUTPUT_CHARSET': 'UTF-16',
        'GCONV_PATH': f'{home}/gconv', 'GETCONF_DIR': home, 'HOSTALIASES': f'{home}/hosts',
        'RES_OPTIONS': 'debug', 'MALLOC_TRACE': f'{home}/trace', 'MALLOC_CHECK_': '3',
        'MALLOC_PERTURB_': '170', 'GLIBC_TUNABLES': 'glibc.malloc.mxfast=glibc.malloc.mxfast=A',
        'TZ': f':{home}/zone', 'TZDIR': home, 'TMPDIR': home, 'HOME': home, 'USER': 'root',
        'LOGNAME': 'root', 'SUDO_UID': '0', 'POSIXLY_CORRECT': '1', 'COLUMNS': '-1',
        'NSS_FILES': f'{home}/passwd', 'SHADOW_SELINUX': 'strict', 'SHADOW_PREFIX': home,
        '': 'nameless', 'LC_MESSAGES': 'a' * 5000, 'X' * 100000: 'y',
    }


def lay_trap(where):
    home = f'{where.dir}/home/alice'
    where.write('/home/alice/trap.c', TRAP, 'alice')
    subprocess.run(['gcc', '-shared', '-fPIC', '-o', f'{home}/libsubid_trap.so',
                    f'{home}/trap.c'], check=True)
    where.write('/home/alice/passwd', 'root:x:1000:1000::/:/bin/sh\n', 'alice')
    where.write('/home/alice/zone', 'x', 'alice')


def unsprung(where, *more):
    for name in ('loaded', 'debug', 'trace', *more):
        found = [path for path in os.listdir(f'{where.dir}/home/alice') if path.startswith(name)]
        demand(not found, f'{found} was made')


def environment(tool):
    def case(where):
        lay_trap(where)
        env = nasty('/home/alice')
        grant(where, Target(where), tool, *WORDS, env=env)
        target = Target(where)
        done = where.call(tool, target.pid, 0, 165536, 1, env=env)
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        demand('/home/alice' not in done.err + done.out, done)
        unsprung(where)
    return case


def plugin_by_environment(tool):
    """nsswitch.conf names a plug-in, and the caller has one of that name."""
    def case(where):
        lay_trap(where)
        with open(f'{where.dir}/etc/nsswitch.conf', 'a', encoding='utf-8') as file:
            file.write('subid: trap\n')
        target = Target(where)
        home = '/home/alice'
        done = where.call(tool, target.pid, 0, 0, 1, env={**ENV, 'LD_LIBRARY_PATH': home},
                          prepare=lambda: os.chdir(home))
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        unsprung(where)
        if where.kind == 'packaged':
            return
        one_line(where, done, 'libsubid_trap.so')
        done = where.call(tool, target.pid, 0, 100000, 1)
        demand(done.status == 1 and target.maps() == UNTOUCHED, 'the files were asked', done)
        one_line(where, done, 'libsubid_trap.so')
    return case


def trap_works(where):
    """The same on a tool without bits: it is loaded, as the caller wants it, as himself."""
    lay_trap(where)
    with open(f'{where.dir}/etc/nsswitch.conf', 'a', encoding='utf-8') as file:
        file.write('subid: trap\n')
    where.call('getsubids', 'alice', env={**ENV, 'LD_LIBRARY_PATH': '/home/alice'})
    demand(os.path.exists(f'{where.dir}/home/alice/loaded'), 'the trap was not loaded')
    os.unlink(f'{where.dir}/home/alice/loaded')
    where.call('newuidmap', 1, path='/usr/bin/true',
               env={**ENV, 'LD_PRELOAD': '/home/alice/libsubid_trap.so'})
    demand(os.path.exists(f'{where.dir}/home/alice/loaded'), 'the trap was not loaded')


# --- argv

def argv0(tool):
    """The name that a program is called by is the caller's to choose."""
    other = GIDMAP if tool == UIDMAP else UIDMAP

    def case(where):
        for name in (None, '', other, '-' + tool, '/', 'getsubids', '%s%n', '\n', 'a' * 5000,
                     '../../etc/passwd', '\033[31m'):
            target = Target(where)
            words = [] if name is None else [name, str(target.pid), *WORDS]
            done = where.call(*words, path=f'/usr/bin/{tool}')
            if name is None:
                demand(done.status == 1 and target.maps() == UNTOUCHED, done)
            else:
                demand(done.status == 0 and target.map(tool) == MAP, repr(name), done)
                demand(target.map(other) == '', 'it became the other tool')
            done = where.call(*([] if name is None else [name, 'x\033y', '0', '0', '1']),
                              path=f'/usr/bin/{tool}')
            demand(done.status == 1, done)
            if where.kind != 'packaged':
                demand(all(c.isprintable() or c == '\n' for c in done.err), repr(done.err))
                demand(done.err.startswith(f'{tool}: '), repr(done.err[:300]))
            target.end()
    return case


# --- state that a process hands on

def directory(tool):
    """The working directory is gone, or not the caller's to be in."""
    def case(where):
        os.mkdir(f'{where.dir}/srv/shut', 0o700)
        for path, user_made in (('/srv/shut', False), ('/tmp/gone', True)):
            def first():
                if not user_made:
                    os.chdir(path)

            def prepare():
                if user_made:
                    os.mkdir(path)
                    os.chdir(path)
                    os.rmdir(path)
            grant(where, Target(where), tool, *WORDS, first=first, prepare=prepare)
    return case


def masks(tool):
    """All signals blocked, or ignored; a umask of nothing."""
    def case(where):
        for how in ('blocked', 'ignored'):
            def prepare():
                os.umask(0o777)
                every = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
                if how == 'blocked':
                    signal.pthread_sigmask(signal.SIG_BLOCK, every)
                else:
                    for number in every:
                        signal.signal(number, signal.SIG_IGN)
            grant(where, Target(where), tool, *WORDS, prepare=prepare)
            target = Target(where)
            done = where.call(tool, target.pid, 0, 165536, 1, prepare=prepare)
            demand(done.status == 1 and target.maps() == UNTOUCHED, done)
    return case


def hidden_proc(tool):
    """A proc that shows others' processes to nobody."""
    def case(where):
        sandbox.mount('proc', f'{where.dir}/proc', 'proc', sandbox.MS_REMOUNT, 'hidepid=2')
        grant(where, Target(where), tool, *WORDS)
        target = Target(where, 'bob')
        done = where.call(tool, target.pid, *WORDS)
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        one_line(where, done, None)
    return case


def no_proc(tool):
    def case(where):
        target = Target(where)
        done = where.call(tool, target.pid, *WORDS,
                          first=lambda: sandbox.check(libc.umount2(b'/proc', 2), 'umount'))
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        one_line(where, done, 'proc')
    return case


def no_files(tool):
    """Neither passwd nor login.defs nor nsswitch.conf."""
    def case(where):
        for name in ('login.defs', 'nsswitch.conf'):
            os.unlink(f'{where.dir}/etc/{name}')
        grant(where, Target(where), tool, *WORDS)
        os.unlink(f'{where.dir}/etc/passwd')
        target = Target(where)
        done = where.call(tool, target.pid, *WORDS)
        demand(done.status == 1 and target.maps() == UNTOUCHED, done)
        one_line(where, done, 'user name')
    return case


def files_closed(tool):
    """subuid that only root may read, as some lists tell one to: ours asks as the caller, and
    says which file it cannot read."""
    def case(where):
        for name in ('subuid', 'subgid'):
            os.chmod(f'{where.dir}/etc/{name}', 0o600)
        target = Target(where)
        done = where.call(tool, target.pid, 0, 100000, 1)
        if done.status == 0:
            demand(target.map(tool) == '0 100000 1', target.map(tool))
        else:
            demand(target.maps() == UNTOUCHED, target.maps())
            one_line(where, done, 'subuid|subgid')
    return case


# --- signals

def timers(tool):
    """An alarm of the caller's goes off in the middle: the map is whole or not there."""
    def case(where):
        ended = 0
        for number in range(40):
            def prepare():
                signal.setitimer(signal.ITIMER_REAL, 0.0001 + number * 0.0001)
            target = Target(where)
            done = where.call(tool, target.pid, *WORDS, prepare=prepare)
            demand(done.status in (0, 1, -signal.SIGALRM), done)
            whole_or_none(target, tool)
            demand(done.status != 0 or target.map(tool) == MAP, done)
            ended += done.status != 0
            target.end()
        demand(ended, 'no alarm came in time')
    return case


def killed(tool):
    """The owner of the caller's processes may end them at any time.  setgroups may then be denied
    without a map, never allowed with one that must not have it."""
    def case(where):
        for number in range(40):
            target = Target(where)
            child = where.start([tool, str(target.pid), '0', '1000', '1'])
            time.sleep(0.0005 + number * 0.0002)
            os.kill(child.pid, (signal.SIGTERM, signal.SIGKILL, signal.SIGHUP)[number % 3])
            where.finish(child)
            written = target.map(tool)
            demand(written in ('', '0 1000 1'), written)
            if tool == GIDMAP and written:
                demand(target.setgroups() == 'deny', 'the map without the denial')
            target.end()
    return case


CASES = [case for function in (closed_standard, output_full, output_no_reader, many_descriptors,
                               limits, environment, plugin_by_environment, argv0, directory, masks,
                               hidden_proc, no_proc, no_files, files_closed, timers, killed,
                               standard_is_the_map)
         for case in each(function)]
CASES += [('trap-works', trap_works, ALL)]
