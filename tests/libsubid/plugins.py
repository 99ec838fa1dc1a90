# SPDX-License-Identifier: BSD-3-Clause
"""The plug-in protocol: what library and tools make of good, old, broken and missing ones."""
import os
import signal
import subprocess
import time

from place import SONAMES, Unable, demand, same

LINE = '(libsubid): {}\n'
MISSING = ('cannot load the subid plug-in that /etc/nsswitch.conf names: libsubid_{0}.so: '
           'cannot open shared object file: No such file or directory')
KINDS = {'new': (), 'old': ('-DNO_FREE',)}


def answers(world):
    """Of a plug-in with shadow_subid_free, and of one of before it; all is given back."""
    for soname in SONAMES:
        for kind, flags in KINDS.items():
            live = world.live()
            live.plugin('probe', *flags)
            said = live.use('u', 'anna', 'g', 'anna', 'u', 'none', 'ou', '500001', 'og', '500001',
                            'ou', '5', soname=soname, PLUGIN_SAYS='1')
            end = 'plug-in: 0 not given back\n' if kind == 'new' else ''
            same(said, ('uids anna: 2\n  500000 1000\n  700000 5\n'
                        'gids anna: 2\n  900000 1000\n  700000 5\n'
                        'uids none: 0\nowners of uid 500001: 2\n  1000\n  4242\n'
                        'owners of gid 500001: 1\n  1000\nowners of uid 5: 0\n' + end, 0))


def not_the_files(world):
    """Only one source is active."""
    live = world.live()
    live.plugin('probe')
    same(live.use('u', 'u1', 'ou', '101000'), ('uids u1: 0\nowners of uid 101000: 0\n', 0))
    live.file('nsswitch.conf', 'subid: files probe\n')
    same(live.use('u', 'u1'), ('uids u1: 1\n  101000 100\n', 0))


def failures(world):
    """A status, or an answer that cannot be one."""
    live = world.live()
    live.plugin('probe')
    for owner, why in (('stranger', None), ('down', 'cannot reach its source'),
                       ('broken', 'failed'), ('odd', 'failed'),
                       ('negative', 'gave no sensible answer'),
                       ('nothing', 'gave no sensible answer'),
                       ('many', 'gave no sensible answer')):
        line = LINE.format(f'the subid plug-in libsubid_probe.so {why}') if why else ''
        count = -1 if why else 0
        end = 'plug-in: 0 not given back\n'
        same(live.use('u', owner, PLUGIN_SAYS='1'), (f'{line}uids {owner}: {count}\n{end}', 0))
    same(live.use('ou', '9')[0].splitlines()[-1], 'owners of uid 9: -1')


def odd_ranges(world):
    """Cut to what ids can be."""
    live = world.live()
    live.plugin('probe')
    same(live.use('u', 'wide', 'u', 'empty'),
         ('uids wide: 2\n  4294967290 5\n  7 4294967288\nuids empty: 1\n  6 1\n', 0))


def missing_file(world):
    live = world.live()
    live.file('nsswitch.conf', 'subid: gone\n')
    said = MISSING.format('gone')
    same(live.use('u', 'u1', 'ou', '5'),
         (LINE.format(said) + 'uids u1: -1\n' + LINE.format(said) + 'owners of uid 5: -1\n', 0))
    same(live.run('getsubids', 'u1'), (f'getsubids: Error fetching ranges: {said}\n', 1))
    same(live.run('getsubids', '--local', 'u1'), ('0: u1 101000 100\n', 0))


def missing_functions(world):
    for flag, name in (('-DNO_HAS', 'shadow_subid_has_range'),
                       ('-DNO_LIST', 'shadow_subid_list_owner_ranges'),
                       ('-DNO_FIND', 'shadow_subid_find_subid_owners')):
        live = world.live()
        live.plugin('probe', flag)
        said = f'the subid plug-in libsubid_probe.so has no function {name}'
        same(live.use('u', 'anna'), (LINE.format(said) + 'uids anna: -1\n', 0))
        same(live.run('getsubids', 'anna'), (f'getsubids: Error fetching ranges: {said}\n', 1))


def no_library_at_all(world):
    live = world.live()
    live.plugin('probe')
    with open(f'{live.dir}/plug/libsubid_probe.so', 'w', encoding='ascii') as file:
        file.write('this is no library\n')
    said, status = live.use('u', 'anna')
    demand(status == 0 and said.endswith('uids anna: -1\n') and
           'libsubid_probe.so' in said and '(libsubid): cannot load' in said, said)


def names_that_are_paths(world):
    """Nothing but a plain name is looked for."""
    live = world.live()
    live.plugin('probe')
    live.put(f'{live.dir}/plug/libsubid_probe.so', 'evil', 'libsubid_x.so')
    for name in ('../evil/libsubid_x', '/evil/x', 'x/../../evil/x', 'a.b', '[NOTFOUND=return]',
                 'a' * 200):
        live.file('nsswitch.conf', f'subid: {name}\n')
        same(live.use('u', 'anna'),
             (LINE.format("the source after 'subid:' in /etc/nsswitch.conf is no name of a plug-in")
              + 'uids anna: -1\n', 0))


def getsubids(world):
    for flags in KINDS.values():
        live = world.live()
        live.plugin('probe', *flags)
        same(live.run('getsubids', 'anna'), ('0: anna 500000 1000\n1: anna 700000 5\n', 0))
        same(live.run('getsubids', '-g', '--json', 'anna'),
             ('{"owner":"anna","type":"gid","ranges":[{"start":900000,"count":1000},'
              '{"start":700000,"count":5}]}\n', 0))
        for owner, why in (('none', "'none' has none"),
                           ('stranger', 'the subid plug-in libsubid_probe.so knows no such user'),
                           ('down', 'the subid plug-in libsubid_probe.so cannot reach its source')):
            same(live.run('getsubids', owner), (f'getsubids: Error fetching ranges: {why}\n', 1))


def changes_are_not_ours(world):
    """Who has his ranges from elsewhere is given none in the files."""
    live = world.live()
    live.plugin('probe')
    for words in (('grant', 'anna', '0', '5'), ('reuse', 'u1', '0', '5'),
                  ('ungrant', 'u1', '101000', '5')):
        said, status = live.use(*words)
        demand(status == 0 and said.endswith(f'{words[0]} {words[1]}: 0\n') and
               'nsswitch.conf(5)' in said, said)
    demand(live.file('subuid').startswith('u0:100000:100\n'), 'the file was changed')


class Sleeper:
    """A process of anna's in a user namespace without a map."""

    def __enter__(self):
        self.process = subprocess.Popen(
            ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'unshare', '--user',
             'sleep', '60'], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pid = self.process.pid
        for _ in range(100):
            time.sleep(0.05)
            if self.process.poll() is not None:
                raise Unable('there are no user namespaces for an ordinary user')
            if os.readlink(f'/proc/{pid}/ns/user') != os.readlink('/proc/self/ns/user'):
                return str(pid)
        raise Unable('a user namespace cannot be made')

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def set_uid(live):
    for name in ('newuidmap', 'newgidmap'):
        os.chmod(f'{live.dir}/bin.ours/{name}', 0o4755)


def newuidmap(world):
    """The plug-in says what may be mapped."""
    for flags in KINDS.values():
        live = world.live()
        live.plugin('probe', *flags)
        set_uid(live)
        with Sleeper() as pid:
            said, status = live.run('newuidmap', pid, '0', '100000', '10', user=1000)
            demand(status == 1 and 'not allowed' in said, said)
            same(live.run('newuidmap', pid, '0', '500000', '1000', user=1000), ('', 0))
            with open(f'/proc/{pid}/uid_map', encoding='ascii') as file:
                same(file.read().split(), ['0', '500000', '1000'])


def newuidmap_and_the_callers_libraries(world):
    """A set-uid run loads nothing from where its caller says."""
    live = world.live()
    live.plugin('probe', to='evil')
    set_uid(live)
    with Sleeper() as pid:
        for variable in ('LD_LIBRARY_PATH', 'LD_PRELOAD', 'LD_AUDIT'):
            value = '/evil' if variable.endswith('PATH') else '/evil/libsubid_probe.so'
            said, status = live.run('newuidmap', pid, '0', '500000', '10', user=1000,
                                    **{variable: value})
            demand(status == 1 and 'libsubid_probe.so' in said and 'cannot load' in said,
                   variable, said)
    # It is a plug-in that works: without a bit it is found there.
    same(live.run('getsubids', 'anna', user=1000, LD_LIBRARY_PATH='/evil'),
         ('0: anna 500000 1000\n1: anna 700000 5\n', 0))


CASES = [answers, not_the_files, failures, odd_ranges, missing_file, missing_functions,
         no_library_at_all, names_that_are_paths, getsubids, changes_are_not_ours, newuidmap,
         newuidmap_and_the_callers_libraries]
