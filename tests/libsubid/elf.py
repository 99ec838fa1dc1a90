# SPDX-License-Identifier: BSD-3-Clause
"""What the files are, without running them."""
import os
import re

from place import CC, SONAMES, TOP, demand, must, need, run, same, write

PUBLIC = re.findall(r'^\t(subid_\w+);$',
                    open(f'{TOP}/libsubid/libsubid.map', encoding='utf-8').read(), re.M)


def exported(path):
    """Name and version of each symbol that a shared library defines."""
    said = must('readelf', '--dyn-syms', '-W', path)
    return {match[1] for match in re.finditer(
        r'\b(?:FUNC|OBJECT)\s+(?:GLOBAL|WEAK)\s+DEFAULT\s+\d+\s+(\S+)', said)}


def names(world):
    """Each soname has the functions of its time, and no others."""
    for soname in SONAMES:
        wanted = {f'{name}@@SUBID_4' for name in PUBLIC if name != 'subid_free'}
        if soname.endswith('5'):
            wanted.add('subid_free@@SUBID_5')
        same(exported(f'{world.lib}/{soname}'), wanted)
    same(len(PUBLIC), 10)


def sonames(world):
    for soname in SONAMES:
        said = must('readelf', '-d', f'{world.lib}/{soname}')
        same(re.findall(r'SONAME.*\[(.*)\]', said), [soname])
        demand('TEXTREL' not in said, 'text relocations')
    demand(os.readlink(f'{world.lib}/libsubid.so') in SONAMES, 'what is -lsubid?')


def the_c_library_alone(world):
    """libdl is a part of the C library before 2.34."""
    for soname in SONAMES:
        said = must('readelf', '-d', f'{world.lib}/{soname}')
        needed = set(re.findall(r'NEEDED.*\[(.*)\]', said))
        needed -= {'libasan.so.6', 'libasan.so.8', 'libubsan.so.1'}
        demand(needed - {'libdl.so.2'} == {'libc.so.6'}, sorted(needed))


def never_ends_the_process(world):
    """Nothing is called that would, neither by the shared nor by the static library."""
    ends = {'exit', '_exit', '_Exit', 'quick_exit', 'abort', '__assert_fail', 'err', 'errx', 'fork',
            'execve', 'signal', 'sigaction', 'setlocale', 'printf', 'puts', 'perror'}
    for path in ('libsubid.so.4', 'libsubid.so.5', 'libsubid.a'):
        said = must('nm', *(['-D'] if '.so' in path else []), '-u', f'{world.lib}/{path}')
        called = {line.split()[-1].split('@')[0] for line in said.splitlines() if ' U ' in line}
        demand(not called & ends, path, sorted(called & ends))


def static_library_hides_the_rest(world):
    said = must('nm', '-g', '--defined-only', f'{world.lib}/libsubid.a')
    same(sorted(re.findall(r' [A-Z] (\S+)', said)), sorted(PUBLIC))


def static_library_needs_the_c_library_alone(world):
    said = must('nm', '-u', f'{world.lib}/libsubid.a')
    ours = [name for name in re.findall(r' U (\S+)', said)
            if re.match(r'(arena|str|fd|err|schema|beneath|subid|state)_', name)]
    same(ours, [])


def header_in_c_and_cxx(world):
    """Each standard takes it, whatever was included before, and twice."""
    need('clang')
    source = f'{world.scratch}/header.c'
    write(source, '#include <shadow/subid.h>\n#include <shadow/subid.h>\n'
          'int main(void) { struct subid_range *r; return subid_get_uid_ranges("a", &r); }\n')
    for flags in (('-xc', '-std=c99'), ('-xc', '-std=c17'), ('-xc++', '-std=c++11')):
        must('clang', '-Wall', '-Wextra', '-Wpedantic', '-Wstrict-prototypes', '-Werror', *flags,
             f'-I{world.include}', '-fsyntax-only', source)


def pkg_config(world):
    path = world.find('libsubid.pc')
    text = open(path, encoding='utf-8').read()
    header = must(CC, '-E', '-dM', f'-I{world.include}', '-include', 'shadow/subid.h', '-xc',
                  '/dev/null')
    version = re.search(r'#define SUBID_ABI_VERSION (\S+)', header)[1]
    demand(f'\nVersion: {version}\n' in text, 'its version is not the header\'s:', version)
    need('pkg-config')
    where = {'PKG_CONFIG_PATH': os.path.dirname(path), 'PATH': os.environ['PATH']}
    said, status = run('pkg-config', '--libs', '--cflags', 'libsubid', env=where)
    demand(status == 0 and said.split()[-1] == '-lsubid', said)


CASES = [names, sonames, the_c_library_alone, never_ends_the_process,
         static_library_hides_the_rest, static_library_needs_the_c_library_alone,
         header_in_c_and_cxx, pkg_config]
