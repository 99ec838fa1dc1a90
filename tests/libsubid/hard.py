# SPDX-License-Identifier: BSD-3-Clause
"""Many threads, no memory, and processes that are not what one expects."""
import os
import re

from place import HERE, TOP, demand, must, need, run, same

THREADS = '16'


def sources():
    """What the library is made of."""
    with open(f'{TOP}/libsubid/local.mk', encoding='utf-8') as file:
        listed = re.search(r'SOURCES = \\\n((?:\t.*\n)+)', file.read())[1]
    return [f'{TOP}/{name}' for name in re.findall(r'\S+\.c', listed)]


def without(said, words):
    return ''.join(line for line in said.splitlines(True) if words not in line)


def threads(world):
    live = world.live()
    live.put(world.compile('stress'))
    same(live.run('stress', THREADS, '200'), ('0 failures\n', 0))


def threads_with_a_plugin(world):
    """Loaded and used by all at once; what it gives is given back."""
    live = world.live()
    live.plugin('probe')
    live.put(world.compile('stress'))
    said, status = live.run('stress', THREADS, '100', 'plugin', PLUGIN_SAYS='1')
    same((sorted(without(said, 'cannot reach its source').splitlines()), status),
         (['0 failures', 'plug-in: 0 not given back'], 0))


def granting_threads(world):
    """The transactions wait for each other, and none gets what another has."""
    live = world.live()
    before = live.file('subgid')
    live.put(world.compile('stress'))
    said, status = live.run('stress', '6', '5', 'grant')
    same((without(said, 'has none of'), status), ('0 failures\n', 0))
    same(live.file('subgid'), before)


def race_detector(world):
    """The library and its caller under ThreadSanitizer."""
    need('clang')
    build = os.environ.get('BUILD', f'{TOP}/build/debian12')
    out = f'{world.scratch}/made/tsan'
    said, status = run('clang', '-fsanitize=thread', '-xc', '/dev/null', '-fsyntax-only')
    demand(status == 0, said)
    must('clang', '-std=gnu17', '-g', '-O1', '-fsanitize=thread', '-D_GNU_SOURCE',
         '-DSUBID_GRANT="/usr/libexec/shadow-portable/subid-grant"',
         '-include', f'{build}/config.h', '-iquote', f'{TOP}/lib', '-iquote', f'{TOP}/libmisc',
         f'-I{build}/libsubid/include', f'{HERE}/stress.c', *sources(), f'{TOP}/libmisc/arena.c',
         '-o', out, '-lpthread', '-ldl')
    live = world.live()
    live.put(out)
    for arguments in (('8', '20'), ('3', '2', 'grant')):
        # Without it the sanitizer does not find its own memory on newer kernels.
        said, status = live.run('setarch', '-R', '/bin.ours/tsan', *arguments,
                                TSAN_OPTIONS='halt_on_error=0 exitcode=66')
        demand(status == 0 and without(said, 'has none of') == '0 failures\n', said[-1500:], status)


def no_memory(world):
    """Each allocation fails once: an error or the right answer, and nothing lost."""
    live = world.live()
    live.put(world.compile('nomemory', '-fno-builtin', static=True))
    said, status = live.run('nomemory')
    demand(status == 0, said)
    demand(re.fullmatch(r'ranges: \d+ with an error, then 1\n'
                        r'owners: \d+ with an error, then 1\n'
                        r'ungranting: \d+ with an error, then -1\n', said), said)


def closed_descriptors(world):
    """A caller without standard streams."""
    live = world.live()
    live.use('u', 'u1')
    said, status = live.run('sh', '-c',
                            'use.libsubid.so.5 grant anna 0 5 u u1 >/tmp/out 0<&- 2>&-; '
                            'use.libsubid.so.5 grant bert 0 5 0<&- 1>&- 2>&-; cat /tmp/out')
    same((said, status), ('grant anna: 1 100100 5\nuids u1: 1\n  101000 100\n', 0))
    demand('bert:100105:5\n' in live.file('subuid'), live.file('subuid')[-100:])


def descriptors_run_out(world):
    live = world.live()
    live.use('u', 'u1')
    said, status = live.run('sh', '-c', 'ulimit -n 3; '
                            'exec use.libsubid.so.5 u u1 ou 5 grant anna 0 5')
    demand(status != 0 or ('uids u1: -1' in said and 'grant anna: 0' in said), said)
    said, status = live.run('sh', '-c', 'for n in 4 5 6 7 8; do (ulimit -n $n; '
                            'exec use.libsubid.so.5 u u1 ou 101000 grant anna 0 5); done')
    for line in said.splitlines():
        demand('uids u1: 0' not in line and 'owners of uid 101000: 0' not in line, said)


def ignored_children(world):
    """A caller that does not wait for children has the answer all the same."""
    live = world.live()
    live.use('u', 'u1')
    said = live.run('python3', '-c', 'import os, signal; signal.signal(signal.SIGCHLD, '
                    'signal.SIG_IGN); signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32)); '
                    'os.execvp("use.libsubid.so.5", ["use", "grant", "anna", "0", "5"])')
    same(said, ('grant anna: 1 100100 5\n', 0))


def a_million_rows(world):
    """The last of a million rows, and its owner."""
    live = world.live()
    live.file('subuid', ''.join(f'user{n}:{100000 + 4 * n}:4\n' for n in range(1000000)) +
              'anna:4200000:9\n')
    same(live.use('u', 'anna', 'u', 'user999999', 'ou', '4200008', 'ou', '4200009'),
         ('uids anna: 1\n  4200000 9\nuids user999999: 1\n  4099996 4\n'
          'owners of uid 4200008: 1\n  1000\nowners of uid 4200009: 0\n', 0))


CASES = [threads, threads_with_a_plugin, granting_threads, race_detector, no_memory,
         closed_descriptors, descriptors_run_out, ignored_children, a_million_rows]
