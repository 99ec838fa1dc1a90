# SPDX-License-Identifier: BSD-3-Clause
"""Next to Debian's library, in roots of bookworm (so.4) and trixie (so.5)."""
import re
import shutil

from place import Debian, Unable, demand, must, run, same
import elf

# What differs on purpose is not among these; shadow-portable(7) tells it.
FILES = (
    'anna:100000:65536\nbert:165536:65536\n',
    'anna:100000:65536\n1000:300000:10\nbert:5:5\nanna:0x100:010\n# anna:1:1\n\nanna\nanna:1\n'
    'anna:x:1\nanna::5\nanna:5:\n',
    '1001:7:7\n1000:7:7\nanna:1:100\nbert:50:1\n',
    '',
)
QUESTIONS = ('u', 'anna', 'u', 'bert', 'g', 'anna', 'u', 'nobody.knows', 'u', 'root', 'ou', '7',
             'ou', '50', 'ou', '100000', 'ou', '4000000', 'og', '101000')


def both(case):
    """A case for each suite."""
    def for_suite(suite):
        def tried(world):
            return case(Debian(world, suite))
        tried.__name__ = f'{suite}/{case.__name__}'
        return tried
    return [for_suite('bookworm'), for_suite('trixie')]


def exported_names(debian):
    """The same names."""
    theirs = {name.split('@')[0] for name in elf.exported(debian.library)
              if name.startswith('subid_')}
    same({name.split('@')[0] for name in elf.exported(f'{debian.world.lib}/{debian.soname}')},
         theirs)


def header(debian):
    """Sizes, offsets, numbers and types that a program is compiled with."""
    abi = debian.soname[-1]
    ours = debian.world.find('subid.h')
    text = open(ours, encoding='utf-8').read()
    text = re.sub(r'(SUBID_ABI_VERSION) \d', rf'\1 {abi}', text)
    text = re.sub(r'(SUBID_ABI_MAJOR) \d', rf'\1 {abi}', text)
    debian.file('../opt/header/shadow/subid.h', text)
    said = []
    for flags in ((), ('-I/opt/header',)):
        debian.must('gcc', '-Wall', '-Werror', *flags, '-o', '/opt/layout', '/opt/layout.c',
                    '-lsubid')
        said.append(debian.must('/opt/layout'))
    same(said[1], said[0])


def symbols_compared(debian):
    """abidiff finds no function that is gone or that differs.

    Debian's symbols have no version, and abidiff takes ours for others for that; so what it sees is
    a copy of ours without the versions.
    """
    if not shutil.which('abidiff'):
        raise Unable('abidiff is missing')
    bare = f'{debian.world.scratch}/{debian.soname}.bare'
    ours = f'{debian.world.lib}/{debian.soname}'
    shutil.copy2(ours, bare)
    must('objcopy', '-R', '.gnu.version', '-R', '.gnu.version_d', bare)
    said, status = run('abidiff', '--no-added-syms', debian.library, bare)
    demand(status == 0, said[:800])


def linked_with_theirs(debian):
    """A program that was built for Debian's library gives the same answers with ours."""
    debian.must('gcc', '-Wall', '-o', '/opt/use', '/opt/use.c', '-lsubid')
    for text in FILES:
        debian.file('subuid', text)
        theirs = debian.run('/opt/use', *QUESTIONS)
        ours = debian.run('/opt/use', *QUESTIONS, ours=True)
        demand('libsubid' in debian.must('ldd', '/opt/use'), 'not linked with it')
        demand(f'/opt/ours/{debian.soname}' in debian.must('ldd', '/opt/use', ours=True),
               'it is not ours that is used')
        same(ours, theirs)
        demand(theirs[1] == 0 and theirs[0].count('\n') >= len(QUESTIONS) / 2, theirs)


def changes_with_theirs(debian):
    """Giving and taking, the same on both where nothing differs on purpose."""
    debian.must('gcc', '-Wall', '-o', '/opt/use', '/opt/use.c', '-lsubid')
    # Each in a process of its own: after a reuse theirs cannot open the files again.
    steps = (('grant', 'anna', '0', '10'), ('grant', 'bert', '0', '70000'),
             ('reuse', 'anna', '0', '5'), ('reuse', 'bert', '0', '70001'),
             ('ungrant', 'anna', '100000', '5'), ('ungrant', 'bert', '165600', '10'))
    said = []
    for ours in (False, True):
        debian.file('subuid', FILES[0])
        answers = [debian.run('/opt/use', *words, ours=ours) for words in steps]
        rows = sorted(open(f'{debian.dir}/etc/subuid', encoding='utf-8').read().splitlines())
        said.append((answers, rows))
    same(said[1], said[0])


def linked_with_ours(debian):
    """The other way round: it runs, and the dynamic linker says that it looked for versions."""
    debian.must('gcc', '-Wall', '-o', '/opt/use.ours', '/opt/use.c', '-L/opt/ours',
                f'-l:{debian.soname}')
    debian.file('subuid', FILES[0])
    said, status = debian.run('/opt/use.ours', 'u', 'anna')
    lines = said.splitlines()
    same(([line for line in lines if 'no version information available' not in line], status),
         (['uids anna: 1', '  100000 65536'], 0))
    demand(len(lines) > 2, said)


def plugins_next_to_theirs(debian):
    """The same answers from a plug-in of the time."""
    flags = ('-DNO_FREE',) if debian.suite == 'bookworm' else ()
    debian.must('gcc', '-shared', '-fPIC', *flags, '-o', '/usr/lib/libsubid_probe.so',
                '/opt/plugin.c')
    debian.must('gcc', '-Wall', '-o', '/opt/use', '/opt/use.c', '-lsubid')
    before = open(f'{debian.dir}/etc/nsswitch.conf', encoding='utf-8').read()
    try:
        debian.file('nsswitch.conf', before + '\nsubid: probe\n')
        words = ('init', 'x', 'u', 'anna', 'g', 'anna', 'u', 'none', 'ou', '500000', 'og', '900000')
        theirs, ours = (debian.run('/opt/use', *words, ours=ours) for ours in (False, True))
        same(ours, theirs)
        demand('uids anna: 2' in theirs[0], theirs)
        same(debian.run('getsubids', 'anna'), ('0: anna 500000 1000\n1: anna 700000 5\n', 0))
    finally:
        debian.file('nsswitch.conf', before)


CASES = [tried for case in (exported_names, header, symbols_compared, linked_with_theirs,
                            changes_with_theirs, linked_with_ours, plugins_next_to_theirs)
         for tried in both(case)]
