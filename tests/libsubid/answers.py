# SPDX-License-Identifier: BSD-3-Clause
"""What the functions say of the files, and what they change."""
from place import SONAMES, SUBIDS, demand, same


def ranges(world):
    """By name, by uid, of both files; by both sonames."""
    live = world.live()
    live.file('subuid', 'anna:100000:65536\nbert:5:5\n1000:300000:10\nanna:0x10:1\n')
    live.file('subgid', 'bert:7:7')
    for soname in SONAMES:
        same(live.use('u', 'anna', 'u', '1000', 'g', 'bert', 'g', 'anna', soname=soname),
             ('uids anna: 3\n  100000 65536\n  300000 10\n  16 1\n'
              'uids 1000: 3\n  100000 65536\n  300000 10\n  16 1\n'
              'gids bert: 1\n  7 7\ngids anna: 0\n', 0))


def owners(world):
    live = world.live()
    live.file('subuid', 'anna:100:100\nghost:100:100\n4321:150:1\n1001:150:1\nanna:150:1\n')
    live.file('subgid', '')
    same(live.use('ou', '150', 'ou', '99', 'ou', '199', 'og', '150'),
         ('owners of uid 150: 3\n  1000\n  4321\n  1001\nowners of uid 99: 0\n'
          'owners of uid 199: 1\n  1000\nowners of gid 150: 0\n', 0))


def strangers(world):
    """Nobody knows them: they have nothing, and that is no error."""
    live = world.live()
    live.file('subuid', 'ghost:1:1\n')
    same(live.use('u', 'nobody.knows', 'u', '', 'u', 'a:b', 'u', '4321', 'u', 'ghost'),
         ('uids nobody.knows: 0\nuids : 0\nuids a:b: 0\nuids 4321: 0\nuids ghost: 1\n  1 1\n', 0))


def files_that_are_not(world):
    live = world.live()
    live.remove('subuid')
    same(live.use('u', 'anna', 'ou', '5'), ('uids anna: 0\nowners of uid 5: 0\n', 0))
    live.remove('nsswitch.conf')
    same(live.use('g', 'u3'), ('gids u3: 1\n  103000 100\n', 0))


def messages(world):
    """With the program's name, to the stream that was given, or none."""
    live = world.live()
    live.file('nsswitch.conf', 'subid: gone\n')
    wanted = ('cannot load the subid plug-in that /etc/nsswitch.conf names: libsubid_gone.so: '
              'cannot open shared object file: No such file or directory\n')
    same(live.use('init', 'prog', 'u', 'u1', 'init', '', 'u', 'u1', 'quiet', 'u', 'u1'),
         (f'init: 1\nprog: {wanted}uids u1: -1\ninit: 1\n(libsubid): {wanted}uids u1: -1\n'
          'init: 1\nuids u1: -1\n', 0))
    same(live.use('u', 'u1'), (f'(libsubid): {wanted}uids u1: -1\n', 0))


def granting(world):
    """As useradd chooses; what start was does not matter."""
    live = world.live()
    live.file('subuid', 'anna:100000:65536\n')
    for soname in SONAMES:
        same(live.use('grant', 'bert', '7', '10', 'grant', 'bert', '7', '20',
                      'ungrant', 'bert', '165536', '30', soname=soname),
             ('grant bert: 1 165536 10\ngrant bert: 1 165546 20\nungrant bert: 1 165536 30\n', 0))
        same(live.file('subuid'), 'anna:100000:65536\n')
    live.use('ggrant', 'anna', '0', '5')
    same(live.file('subgid'), SUBIDS + 'anna:100100:5\n')


def reusing(world):
    live = world.live()
    live.file('subuid', 'anna:100000:10\n1000:200000:500\n')
    same(live.use('reuse', 'anna', '7', '11', 'reuse', 'anna', '7', '501'),
         ('reuse anna: 1 200000 500\nreuse anna: 1 100010 501\n', 0))
    same(live.file('subuid'), 'anna:100000:10\n1000:200000:500\nanna:100010:501\n')


def reusing_what_is_too_large(world):
    """4294967295 is no id: no row gives it."""
    live = world.live()
    live.file('subuid', 'anna:0:4294967296\nbert:5:4294967295\nu1:4294967295:9\n')
    same(live.use('reuse', 'anna', '0', '9', 'reuse', 'bert', '0', '9', 'u', 'bert'),
         ('reuse anna: 1 0 4294967295\nreuse bert: 1 5 4294967290\n'
          'uids bert: 1\n  5 4294967290\n', 0))
    demand('reuse u1: 1 4294967295' not in live.use('reuse', 'u1', '0', '1')[0], 'no id')


def granting_to_a_number(world):
    """A uid that passwd does not have: the row is found again, however it was written."""
    live = world.live()
    live.file('subuid', '')
    same(live.use('grant', '0004242', '0', '10', 'u', '4242', 'reuse', '04242', '0', '10'),
         ('grant 0004242: 1 100000 10\nuids 4242: 1\n  100000 10\n'
          'reuse 04242: 1 100000 10\n', 0))
    same(live.file('subuid'), '4242:100000:10\n')


def granting_nothing_again(world):
    """With ID_NO_REUSE what was taken goes to nobody else, and no mark is given."""
    live = world.live()
    live.file('login.defs', 'ID_NO_REUSE yes\n')
    live.file('subuid', 'anna:100000:10\n')
    live.file('idmarks', 'subuid:100000:20\n')
    same(live.use('grant', 'bert', '0', '10', 'ungrant', 'bert', '100020', '10',
                  'grant', 'anna', '0', '10'),
         ('grant bert: 1 100020 10\nungrant bert: 1 100020 10\ngrant anna: 1 100030 10\n', 0))
    same(live.file('subuid'), 'anna:100000:10\nanna:100030:10\n')
    same(live.file('idmarks'), 'subuid:100000:40\n')


def holding_no_users(world):
    """A range with somebody's uid in it is given to nobody."""
    live = world.live()
    live.file('passwd', 'root:x:0:0::/:/bin/sh\nanna:x:1000:1000::/:/bin/sh\n'
              'far:x:100010:100::/:/bin/sh\n')
    live.file('subuid', '')
    same(live.use('grant', 'anna', '0', '100'), ('grant anna: 1 100011 100\n', 0))


def ungranting_a_part(world):
    live = world.live()
    live.file('subuid', '# ranges\nanna:100:100\nbert:300:10\n')
    same(live.use('ungrant', 'anna', '150', '10', 'ungrant', 'anna', '150', '10',
                  'ungrant', 'bert', '100', '5'),
         ('ungrant anna: 1 150 10\n'
          "(libsubid): subid-grant: 'anna' has none of 150-159 in /etc/subuid\nungrant anna: 0\n"
          "(libsubid): subid-grant: 'bert' has none of 100-104 in /etc/subuid\nungrant bert: 0\n",
          0))
    same(live.file('subuid'), '# ranges\nanna:100:50\nbert:300:10\nanna:160:40\n')


def refusing(world):
    """Nothing changes, and a line says why."""
    live = world.live()
    for words, said in (
            (('grant', 'ghost', '0', '5'), "user 'ghost' does not exist"),
            (('grant', '', '0', '5'), "user '' does not exist"),
            (('grant', '-h', '0', '5'), "user '-h' does not exist"),
            (('grant', 'anna', '0', '0'), '0+0 is no range of ids'),
            (('grant', 'anna', '0', '18446744073709551615'),
             '0+18446744073709551615 is no range of ids'),
            (('grant', 'anna', '0', '4294967290'), None),
            (('ungrant', 'anna', '4294967290', '10'), '4294967290+10 is no range of ids')):
        got, status = live.use(*words)
        demand(status == 0 and got.endswith(f'{words[0]} {words[1]}: 0\n'), got)
        demand(said is None or f'subid-grant: {said}\n' in got, got)
    same(live.file('subuid'), SUBIDS)


def not_for_others(world):
    """Only root can change the files."""
    live = world.live()
    live.use('u', 'u1')
    said, status = live.run('/bin.ours/use.libsubid.so.5', 'grant', 'anna', '0', '5', user=1000)
    demand(status == 0 and said.endswith('grant anna: 0\n') and 'cannot lock' in said, said)
    same(live.file('subuid'), SUBIDS)


def without_the_program(world):
    live = world.live()
    live.libexec = f'{live.dir}/tmp'
    said, status = live.use('grant', 'anna', '0', '5')
    demand(status == 0 and
           'cannot run /usr/libexec/shadow-portable/subid-grant: No such file' in said, said)
    demand(said.endswith('grant anna: 0\n'), said)


CASES = [ranges, owners, strangers, files_that_are_not, messages, granting, reusing,
         reusing_what_is_too_large, granting_to_a_number, granting_nothing_again,
         holding_no_users, ungranting_a_part, refusing, not_for_others, without_the_program]
