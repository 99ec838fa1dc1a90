# SPDX-License-Identifier: BSD-3-Clause
"""What is asked of the packages of each suite.  A case gets a Suite (run) and returns nothing."""
import glob
import os
import re

import place
from place import demand
from sizes import sizes

PAM = ('chfn', 'chpasswd', 'chsh', 'newusers', 'passwd')
MODES = {'/usr/bin/passwd': 'root root 4755', '/usr/bin/chfn': 'root root 4755',
         '/usr/bin/chsh': 'root root 4755', '/usr/bin/gpasswd': 'root root 4755',
         '/usr/bin/chage': 'root shadow 2755', '/usr/bin/expiry': 'root shadow 2755',
         '/usr/bin/newuidmap': 'root root 4755', '/usr/bin/newgidmap': 'root root 4755'}
SECRET = 'correct horse 7'
PEOPLE = f'''
useradd -m -s /bin/sh -c "Alice A" alice
useradd -m -s /bin/sh bob
groupadd staff2
usermod -aG staff2 alice
printf 'alice:{SECRET}\\nbob:{SECRET}\\n' | chpasswd
'''


def logins(system):
    """alice can log in by PAM with her password, and with no other."""
    log_in = "setpriv --reuid nobody --regid nogroup --clear-groups su alice -c 'id -un'"
    said = system.run(log_in, f'{SECRET}\n')
    demand(said.split()[-1:] == ['alice'], 'su:', said)
    status, said = system.try_(log_in, 'wrong\n')
    demand(status, 'su takes a wrong password:', said)
    said = system.run('passwd -S alice; chage -l alice; newgrp staff2 </dev/null; sg staff2 -c id')
    demand('alice P' in said and 'gid=' in said, said)


def settings(text):
    """The lines that count, with single blanks."""
    return [' '.join(line.split()) for line in text.splitlines()
            if line.strip() and not line.startswith('#')]


# --- what was built

def lintian(suite):
    """No error, no warning, by the suite's own lintian (bullseye's: by bookworm's)."""
    said = suite.lintian('--fail-on', 'error,warning', '--tag-display-limit', '0',
                         '--suppress-tags', 'bad-distribution-in-changes-file')
    demand(not re.search(r'^[EW]: ', said, re.M), said)


def compiler_flags(suite):
    """blhc finds no call of the compiler without the hardening flags.  What is linked to one object
    (-r) is no program."""
    place.call('blhc', '--all', '--ignore-line', r'.*(-o libsubid/libsubid\.o|CC.* -r -nostdlib).*',
               f'{suite.packages}/{suite.name}.log')


def hardened(suite):
    """hardening-check on each program and library."""
    system = suite.system()
    binaries = []
    for package in glob.glob(f'{suite.packages}/*.deb'):
        where = f'{system.where}/{os.path.basename(package)}'
        place.call('dpkg-deb', '-x', package, where)
        for path in place.call('find', where, '-type', 'f', '(', '-perm', '/111', '-o', '-name',
                               '*.so.*', ')').split('\n'):
            if path and 'dbgsym' not in path:
                binaries.append(path)
    demand(len(binaries) >= 19, 'too few programs:', len(binaries))
    place.call('hardening-check', '--quiet', '--nocfprotection', *binaries)


def relations(suite):
    """Names, versions and relations that the rest of the distribution counts on."""
    for name, path in suite.files.items():
        field = {f: place.call('dpkg-deb', '-f', path, f).strip() for f in
                 ('Version', 'Depends', 'Multi-Arch', 'Priority', 'Suggests', 'Essential')}
        demand(field['Version'] == f'1:5.0.0-1~deb{suite.release}u1', name, field['Version'])
        demand('semanage' not in field['Depends'], name, field['Depends'])
        theirs = glob.glob(f'{suite.base}/theirs/{name}_*.deb')
        for f in ('Multi-Arch', 'Priority', 'Essential') if theirs else ():
            want = place.call('dpkg-deb', '-f', theirs[0], f).strip()
            demand(field[f] == want, f'{name}: {f} is {field[f]}, theirs {want}')
    passwd = place.call('dpkg-deb', '-f', suite.files['passwd'])
    demand('Recommends: sensible-utils' in passwd and 'Suggests: libsemanage' in passwd, passwd)
    demand(('login.defs' in passwd) == (suite.release >= 13), passwd)


# --- into a system, and out again

def beside(suite):
    """Installed over the distribution's, beside all that may not lose a file: no question, nothing
    overwritten; the account files stay as they are, byte for byte."""
    system = suite.system()
    before = system.accounts()
    system.install(*suite.paths)
    demand(system.accounts() == before, 'the account files differ')
    said = system.run('dpkg --audit; dpkg --verify')
    demand(not said.strip(), said)
    listed = system.run(f'dpkg -L {" ".join(suite.files)}').split()
    paths = {path for path in listed if path.startswith('/') and path != '/.'}
    owners = system.run(f'dpkg -S {" ".join(sorted(paths))}').splitlines()
    names = set(suite.files) | {f'{name}:amd64' for name in suite.files}
    for line in owners:
        who, _, path = line.partition(': ')
        others = [w for w in who.split(', ') if w.split(':')[0] not in names]
        demand(not re.search('/man/.[^/]*/man', path), f'{path}: the manuals-* have those')
        if others and not who.startswith('diversion'):
            kind = system.run(f'[ -d {path} ] && echo directory || echo file').strip()
            demand(kind == 'directory', f'{path} is of {who}')


def modes(suite):
    """Owners and bits, as the distribution's."""
    system = suite.system()
    system.install(*suite.paths)
    for path, want in MODES.items():
        if 'idmap' in path and 'uidmap' not in suite.files:
            continue
        said = system.run(f'stat -c "%U %G %a" {path}').strip()
        demand(said == want, f'{path}: {said}, not {want}')
    found = system.run('dpkg -L ' + ' '.join(suite.files) + ' | sort -u | grep . | while read f; do'
                       ' [ -h "$f" ] || [ -d "$f" ] || find "$f" -perm /6000; done').split()
    demand(set(found) <= set(MODES), 'more bits:', found)


def same_settings(suite):
    """An unmodified file for PAM or useradd becomes ours, and says the same."""
    system = suite.system()
    names = ['/etc/default/useradd'] + [f'/etc/pam.d/{name}' for name in PAM]
    before = {name: system.run(f'cat {name}') for name in names}
    defaults = system.run('useradd -D')
    system.install(*suite.paths)
    for name in names:
        after = system.run(f'cat {name}')
        demand('SPDX' in after and after != before[name], name, 'is not ours')
        demand(settings(after) == settings(before[name]), name, settings(after))
    now = system.run('useradd -D')
    if suite.release >= 12:     # 4.8.1 has other lines
        demand(set(defaults.split()) <= set(now.split()), now, 'was', defaults)


def edited_settings(suite):
    """useradd -D edited the file: unattended with --force-confold, which keeps it; not without."""
    system = suite.system()
    system.run('useradd -D -s /bin/bash; echo "# ours" >>/etc/pam.d/passwd')
    before = system.run('cat /etc/default/useradd /etc/pam.d/passwd')
    status, said = system.try_(f'dpkg -i {" ".join(suite.paths)} </dev/null')
    demand(status and 'prompt' in said, 'no question without --force-confold:', said[-300:])
    said = system.run(f'dpkg --force-confold -i {" ".join(suite.paths)} </dev/null')
    demand(system.run('cat /etc/default/useradd /etc/pam.d/passwd') == before, 'not kept')
    demand('SHELL=/bin/bash' in system.run('useradd -D'), 'the edited line does not count')
    demand('SPDX' in system.run('cat /etc/pam.d/chfn'), 'chfn was not replaced')


def overrides(suite):
    """dpkg-statoverride counts, before and after."""
    system = suite.system()
    system.run('dpkg-statoverride --update --add root root 0755 /usr/bin/chage;'
               'dpkg-statoverride --update --add root staff 4750 /usr/bin/passwd')
    system.install(*suite.paths)
    system.install(*suite.paths)
    said = system.run('stat -c "%U %G %a" /usr/bin/chage /usr/bin/passwd').split('\n')
    demand(said[:2] == ['root root 755', 'root staff 4750'], said)


WRAPPER = '''
dpkg-divert --add --rename --divert /usr/sbin/{0}.distrib /usr/sbin/{0}
printf '#!/bin/sh\\necho wrapped\\nexec /usr/sbin/{0}.distrib "$@"\\n' >/usr/sbin/{0}
chmod 755 /usr/sbin/{0}
'''


def diverted(suite):
    """A tool that a wrapper stands for (dpkg-divert): the wrapper gets its calls, and no others."""
    for name in ('useradd', 'usermod'):
        system = suite.system()
        system.run(WRAPPER.format(name))
        system.install(*suite.paths)
        system.install(*suite.paths)
        for tool, arguments in (('useradd', ''), ('usermod', '-c Other'), ('userdel', '')):
            said = system.run(f'{tool} {arguments} carol')
            demand(('wrapped' in said) == (tool == name), f'{name} diverted: {tool}:', said)
            row = system.try_('getent passwd carol')[1]
            demand(('Other' in row if tool == 'usermod' else bool(row) == (tool == 'useradd')),
                   f'{name} diverted: {tool}:', row)
        said = system.run('dpkg --verify; dpkg --audit')
        demand(not said.strip(), f'{name} diverted:', said)


def mode_override(suite):
    """dpkg-statoverride of one of the tools that share a program counts for this one alone."""
    for name in ('useradd', 'userdel', 'usermod', 'pwconv'):
        system = suite.system()
        system.run(f'dpkg-statoverride --update --add root staff 0750 /usr/sbin/{name}')
        for step in ('upgraded', 'again'):
            system.install(*suite.paths)
            found = system.run('stat -c "%n %U %G %a" /usr/sbin/{useradd,userdel,usermod,pwconv,'
                               'grpck,vipw}').splitlines()
            for line in found:
                want = 'root staff 750' if line.startswith(f'/usr/sbin/{name} ') else \
                    'root root 755'
                demand(line.endswith(f' {want}'), f'{name}, {step}: {line}, not {want}')
            system.run('useradd carol; usermod -c Other carol; userdel carol; pwconv; grpck -r')


def round_trip(suite):
    """Theirs, ours, theirs again, ours, removed, purged: people log in, accounts stay."""
    system = suite.system()
    system.run(PEOPLE)
    logins(system)
    before = system.accounts()
    theirs = ' '.join(f'/theirs/{name}_*.deb' for name in place.THEIRS[suite.name])
    for step, packages in (('ours', suite.paths), ('theirs', [theirs]), ('ours', suite.paths)):
        system.install(*packages, options='--force-downgrade' if step == 'theirs' else '')
        demand(system.accounts() == before, f'{step}: the account files differ')
        logins(system)
        system.run('useradd -m carol; userdel -r carol')
        demand(system.accounts() == before, f'{step}: useradd and userdel left something')
        said = system.run('dpkg --audit; dpkg --verify; find /etc -name "*.dpkg-*"')
        demand(not said.strip(), f'{step}:', said)
    removed = ' '.join(name for name in suite.files)
    system.run(f'dpkg --force-depends --remove {removed}')
    demand(system.accounts() == before, 'removed: the account files differ')
    said = system.run("setpriv --reuid nobody --regid nogroup --clear-groups su alice -c 'id -un'",
                      f'{SECRET}\n')
    demand('alice' in said, 'removed:', said)
    system.run(f'dpkg --force-depends --purge {removed}')
    demand(system.accounts() == before, 'purged: the account files differ')
    left = system.run('ls -d /etc/default/useradd* /etc/pam.d/{chfn,chsh,passwd,newusers,chpasswd}'
                      ' /etc/shadow.journal /usr/lib/tmpfiles.d/passwd.conf 2>/dev/null || :')
    demand(not left.strip(), 'left behind:', left)


# Paths, owners, modes, targets, sizes and times; but for what a package manager writes.
LISTING = '''
find / -xdev \\( -path /proc -o -path /ours -o -path /theirs -o -path /var/lib/dpkg \\
    -o -path /var/log -o -path /var/cache -o -path /tmp -o -name ld.so.cache \\
    -o -name .pwd.lock \\) -prune -o \\
    -type f -printf "%p %u %g %m %s %T@\\n" -o -printf "%p %y %u %g %m %l\\n" | sort
'''


def purged(suite):
    """Where the distribution's are gone, ours are installed, used and purged: nothing is left, and
    nothing else is touched."""
    system = suite.system()
    names = ' '.join(set(place.THEIRS[suite.name]) | set(suite.files))
    system.run(f'dpkg --force-depends --force-remove-protected --purge {names} 2>&1')
    before = system.run(LISTING).splitlines()
    system.install(*suite.paths)
    system.run('useradd -D -s /bin/bash; useradd -D -s /bin/sh')
    system.run(f'dpkg --force-depends --purge {" ".join(suite.files)}')
    after = system.run(LISTING).splitlines()
    demand(before == after, *sorted(set(before) ^ set(after))[:10])


def next_release(suite):
    """Ours of the release before become ours of this one, and people log in."""
    system = suite.system()
    system.put(suite.former, '/former')
    system.run(PEOPLE)
    before = system.accounts()
    names = ' '.join(f'/former/{name}_*.deb' for name in suite.files)
    system.run(f'dpkg --force-downgrade -i {names}')
    # Not by install(): dpkg warns of directories that are links (/lib) since the release.
    system.run(f'dpkg -i {" ".join(suite.paths)}')
    demand(system.accounts() == before, 'the account files differ')
    said = system.run('dpkg --audit; dpkg --verify; find /etc -name "*.dpkg-*"; dpkg -L '
                      + ' '.join(suite.files) + ' | while read f; do [ -z "$f" ] || [ -e "$f" ] ||'
                      ' echo "$f is gone"; done')
    demand(not said.strip(), said)
    logins(system)


def interrupted(suite):
    """A change that was interrupted is dealt with before the tools go."""
    system = suite.system()
    system.install(*suite.paths)
    before = system.accounts()
    system.run('echo nonsense >/etc/shadow.journal')
    system.install('/theirs/passwd_*.deb', options='--force-downgrade')
    said = system.run('ls /etc/shadow.journal 2>/dev/null || :')
    demand(not said.strip() and system.accounts() == before, said)


# Holds the lock of lckpwdf(3).
HOLDER = '''
perl -e 'use Fcntl; open(F, ">>", "/etc/.pwd.lock") or die; my $l = pack("s s x4 q q l x4", F_WRLCK,
    0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; print "held\\n"; close(STDOUT); sleep 300' >/held &
while ! grep -q held /held; do sleep 0.1; done
'''


def busy(suite):
    """An upgrade neither waits for the lock of the account files nor fails for it, and a journal
    that it cannot deal with is left to the new tools.  Removing is refused until it can be dealt
    with.  (Going back is not: dpkg then asks theirs, which agrees.)"""
    system = suite.system()
    ours = suite.target['passwd']
    system.run(f'{HOLDER} timeout 60 dpkg -i {ours}')
    system.run(f'echo nonsense >/etc/shadow.journal; {HOLDER} dpkg -i {ours}')
    remove = 'dpkg --force-depends --force-remove-protected --remove passwd'
    status, said = system.try_(f'{HOLDER} {remove}')
    demand(status and 'pwck' in said, f'status {status}:', said)
    system.run(f'ls /etc/shadow.journal; {remove}; ! ls /etc/shadow.journal')


def other_root(suite):
    """dpkg --root with scripts that run outside: the group and shadow passwords are made there, and
    nothing here."""
    system = suite.system()
    system.install(*suite.paths)
    before = system.accounts()
    system.run('''
        mkdir -p /other/etc /other/var/lib/dpkg/info /other/var/lib/dpkg/updates
        touch /other/var/lib/dpkg/status
        printf 'root:*:0:0:root:/root:/bin/sh\\nalice:x:1000:1000::/:/bin/sh\\n' >/other/etc/passwd
        printf 'root:*:0:\\nalice:*:1000:\\n' >/other/etc/group''')
    passwd = suite.target['passwd']
    system.run('dpkg-statoverride --root=/other --add root root 0700 /usr/sbin/usermod')
    system.run(f'dpkg --root=/other --force-depends --force-script-chrootless -i {passwd}')
    demand('shadow:x:42:' in system.run('cat /other/etc/group'), 'no group shadow')
    said = system.run('cd /other/etc; stat -c "%n %u %g %a" shadow gshadow; cat shadow')
    demand('shadow 0 42 640' in said and 'alice:' in said, said)
    demand(system.accounts() == before, 'the accounts of this root differ')
    said = system.run('cd /other/usr; stat -c "%n %a" bin/passwd sbin/usermod sbin/useradd')
    demand(said.split() == ['bin/passwd', '4755', 'sbin/usermod', '700', 'sbin/useradd', '755'],
           said)
    demand('755' in system.run('stat -c %a /usr/sbin/usermod'), 'the mode of this root differs')
    system.run('dpkg --root=/other --force-depends --force-script-chrootless'
               ' --force-remove-protected --purge passwd')
    demand('alice:' in system.run('cat /other/etc/shadow') and system.accounts() == before, 'purge')


def at_boot(suite):
    """The unit is where systemd looks, wanted at boot, and its program is there."""
    system = suite.system()
    system.install(*suite.paths)
    for root in ('/lib', '/usr/lib'):
        said = system.run(f'cat {root}/systemd/system/sysinit.target.wants/shadow-recover.service'
                          ' || :')
        if 'ExecStart' in said:
            break
    program = re.search(r'^ExecStart=(\S+)', said, re.M)
    demand(program, 'no unit:', said)
    system.run(f'{program[1]} --recover')
    demand('passwd.lock' in system.run('cat /usr/lib/tmpfiles.d/passwd.conf'), 'no tmpfiles')


CASES = [relations, sizes, lintian, compiler_flags, hardened, beside, modes, same_settings,
         edited_settings, overrides, diverted, mode_override, round_trip, purged, next_release,
         interrupted, busy, other_root, at_boot]
