# SPDX-License-Identifier: BSD-3-Clause
"""The tools where the kernel, or a seccomp profile, lacks a call.

A tool must do there what it does elsewhere: same status, same output, same files, same homes.
"""
import os
import subprocess

import cases
import roots

LINES = ('useradd-home', 'userdel-home', 'usermod-all', 'groupadd-users', 'groupmod-all',
         'groupdel-plain', 'passwd-lock', 'chage-all', 'chpasswd-hashes', 'gpasswd-lists',
         'chsh-plain')
LARGE = ('useradd-large', 'userdel-large', 'usermod-large')

# What Linux 3.10 has not; F_OFD_* are unknown commands there, so EINVAL.
OLDEST = ('openat2', 'copy_file_range', 'statx', 'renameat2', 'faccessat2', 'getrandom',
          'memfd_create', 'close_range', 'pidfd_open', 'execveat', 'mlock2', 'clone3',
          'preadv2', 'pwritev2', 'fchmodat2', 'mount_setattr', 'open_tree', 'fsopen')

KERNELS = [(f'{call}/{error}', [f'{call}:{error}']) for call, errors in (
    ('openat2', ('ENOSYS', 'EPERM')),
    ('ofd', ('EINVAL', 'ENOSYS', 'EPERM')),
    ('copy_file_range', ('ENOSYS', 'EPERM', 'EINVAL')),
    ('statx', ('ENOSYS', 'EPERM')),
    ('renameat2', ('ENOSYS', 'EPERM', 'EINVAL')),
    ('faccessat2', ('ENOSYS', 'EPERM')),
    ('getrandom', ('ENOSYS', 'EPERM')),
    ('memfd_create', ('ENOSYS', 'EPERM')),
    ('ficlone', ('ENOTTY', 'EPERM')),
    ('fallocate', ('ENOSYS', 'EPERM')),
    ('xattr-all', ('ENOSYS', 'EPERM', 'ENOTSUP')),
    ('mlock', ('ENOSYS', 'EPERM')),
    ('close_range', ('ENOSYS', 'EPERM')),
    ('setrlimit', ('ENOSYS', 'EPERM')),
    ('sysinfo', ('ENOSYS', 'EPERM')),
) for error in errors] + [
    ('openat2+renameat2/ENOSYS', ['openat2:ENOSYS', 'renameat2:ENOSYS']),
    ('openat2+renameat2/EPERM', ['openat2:EPERM', 'renameat2:EPERM']),
    ('linux-3.10/ENOSYS', ['ofd:EINVAL'] + [f'{call}:ENOSYS' for call in OLDEST]),
]

# In a mount namespace of its own the command has no /proc.
NO_PROC = ['unshare', '-m', 'sh', '-c', 'umount -l /proc && exec "$@"', 'sh']


def known_calls(layer):
    """Names that this machine's headers know: a filter cannot name others."""
    with open(f'{layer.scratch}/callnames.h', encoding='utf-8') as file:
        return {line.split('"')[1] for line in file}


def look(work, base):
    """Everything that a tool may have changed."""
    found = {}
    for top in sorted(os.listdir(base)):
        for where, directories, files in os.walk(f'{work}/{top}'):
            for name in directories + files:
                path = f'{where}/{name}'
                info = os.lstat(path)
                fact = [oct(info.st_mode), info.st_uid, info.st_gid]
                if os.path.islink(path):
                    fact.append(os.readlink(path))
                elif os.path.isfile(path):
                    with open(path, 'rb') as file:
                        fact.append(file.read())
                found[path[len(work):]] = fact
    return found


def run(layer, case, launcher, live, no_proc):
    """(status, output, what is there afterwards)"""
    number, work = layer.slots.get()
    base = 'live' if live else case.base
    try:
        layer.roots.reset(base, work)
        if live and no_proc:
            roots.unmount(f'{work}/proc')
        build = '/build' if live else layer.build
        prefix = '' if live else f'-P {work}'
        line = [f'{build}/src/{case.tool}', *case.arguments.replace('%P', prefix).split()]
        done = subprocess.run(
            [*launcher, *(['chroot', work] if live else []), *line], env=layer.env,
            input=case.input or '', stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors='replace', check=False, timeout=60)
        return (done.returncode, done.stdout.replace(work, '%W'),
                look(work, layer.roots.base(base)))
    finally:
        if live and no_proc:
            roots.mount('proc', f'{work}/proc', 'proc', 0)
        layer.slots.put((number, work))


def compare(layer, name, got, wanted):
    if got == wanted:
        layer.say('ok', name)
        return
    why = [f'status {got[0]}, not {wanted[0]}'] if got[0] != wanted[0] else []
    if got[1] != wanted[1]:
        why.append(f'it said {got[1].strip()!r}, not {wanted[1].strip()!r}')
    why += [f'{path} differs: {got[2].get(path)} {wanted[2].get(path)}'
            for path in sorted(got[2].keys() | wanted[2].keys())
            if got[2].get(path) != wanted[2].get(path)]
    layer.say('not_ok', name, why[0][:300], why[:8])


def jobs(layer):
    by_name = {case.name: case for case in cases.CASES}
    references = {}

    def reference(case, live):
        if (case.name, live) not in references:
            references[case.name, live] = run(layer, case, [], live, False)
            if references[case.name, live][0] != 0:
                raise RuntimeError(f'{case.name}: {references[case.name, live][1]}')
        return references[case.name, live]

    def job(name, case, launcher, live=False, no_proc=False):
        def work():
            wanted = reference(case, live)
            compare(layer, name, run(layer, case, launcher, live, no_proc), wanted)
        return name, work

    calls = known_calls(layer)
    for name, rules in KERNELS:
        rules = [rule for rule in rules
                 if rule.split(':')[0] in calls | {'ofd', 'ficlone', 'xattr-all'}]
        for line in LINES + (LARGE if 'copy_file_range' in name or 'linux' in name else ()):
            case = by_name[line]
            shown = case.tool if line in LINES else line
            yield job(f'nosys/{name}/{shown}', case, [layer.nosys, *rules, '--'])
            if line in LINES and ('+' in name or 'linux' in name):
                yield job(f'nosys/{name}/live/{shown}', case, [layer.nosys, *rules, '--'], True)
    for line in LINES:
        case = by_name[line]
        yield job(f'nosys/proc/absent/{case.tool}', case, NO_PROC)
        yield job(f'nosys/proc/absent/live/{case.tool}', case, NO_PROC, True, True)
        yield job(f'nosys/proc/absent/linux-3.10/{case.tool}', case,
                  [*NO_PROC, layer.nosys, 'ofd:EINVAL',
                   *(f'{call}:ENOSYS' for call in OLDEST if call in calls), '--'])
