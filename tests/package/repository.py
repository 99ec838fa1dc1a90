# SPDX-License-Identifier: BSD-3-Clause
"""debian/make-repository: what its page tells people to do, done in a system that has a made-up
distribution repository beside it."""
import glob
import os
import re

import cases
import place
from place import demand

MAKE = f'{place.TOP}/debian/make-repository'
URI = 'file:/srv/ours'


def page(directory, name):
    """The commands of a block of README.md."""
    with open(f'{directory}/README.md', encoding='utf-8') as file:
        block = re.search(rf'^```sh {name}\n(.*?)^```$', file.read(), re.M | re.S)
    demand(block, f'the page has no block {name}')
    return block[1]


def make(suite, directory, *options):
    place.call(MAKE, '--uri', URI, *options, directory, suite.packages)
    return directory


def distribution(suite, directory, newer):
    """A repository as the distribution's: its packages, or (newer) passwd 1:5.1-1 alone."""
    os.makedirs(f'{directory}/pool')
    for path in glob.glob(f'{suite.base}/theirs/*.deb'):
        if not newer:
            place.call('cp', path, f'{directory}/pool/')
        elif os.path.basename(path).startswith('passwd_'):
            tree = f'{directory}.tree'
            place.call('dpkg-deb', '-R', path, tree)
            place.call('sed', '-i', 's/^Version: .*/Version: 1:5.1-1/', f'{tree}/DEBIAN/control')
            place.call('dpkg-deb', '-b', tree, f'{directory}/pool/passwd_5.1-1.deb')
    here = f'{directory}/dists/{suite.name}'
    os.makedirs(f'{here}/main/binary-amd64')
    for where, name, command in (
            (directory, f'{here}/main/binary-amd64/Packages', ['packages', 'pool']),
            (here, f'{here}/Release', ['release', '.'])):
        said = place.call('apt-ftparchive', *[f'-oAPT::FTPArchive::Release::{key}={value}' for
                                              key, value in (('Origin', 'Debian'),
                                                             ('Codename', suite.name),
                                                             ('Components', 'main'),
                                                             ('Architectures', 'amd64'))],
                          *command, cwd=where)
        with open(name, 'w', encoding='utf-8') as file:
            file.write(said)


def with_ours(suite, install=True):
    """A system with both repositories, ours installed as the page says."""
    system = suite.system()
    made = make(suite, f'{system.where}/made')
    system.put(made, '/srv/ours')
    distribution(suite, f'{system.where}/theirs', newer=False)
    system.put(f'{system.where}/theirs', '/srv/theirs')
    system.run(f'echo "deb [trusted=yes] file:/srv/theirs {suite.name} main"'
               ' >/etc/apt/sources.list')
    if install:
        system.run(page(made, 'install'))
        demand(version(system) == suite.version, 'not ours:', version(system))
    return system, made


def offer_newer(suite, system):
    distribution(suite, f'{system.where}/newer', newer=True)
    system.put(f'{system.where}/newer', '/srv/newer')
    system.run(f'echo "deb [trusted=yes] file:/srv/newer {suite.name} main"'
               ' >>/etc/apt/sources.list')


def version(system, name='passwd'):
    return system.run(f"dpkg-query -W -f '${{Version}}' {name}")


def repository_pin(suite):
    """Ours stays while the distribution offers 1:5.1; other packages are not held."""
    system, _ = with_ours(suite)
    offer_newer(suite, system)
    system.run('apt-get update && apt-get -y dist-upgrade')
    demand(version(system) == suite.version, 'became', version(system))
    said = system.run('apt-cache policy passwd login')
    demand('1001' in said.split('login:')[0] and '1001' not in said.split('login:')[1], said)
    for name in suite.files:
        if name in place.THEIRS[suite.name]:
            demand(version(system, name) == suite.version, f'{name} is not ours')


def repository_without_pin(suite):
    """Then the highest version wins."""
    system, _ = with_ours(suite)
    offer_newer(suite, system)
    system.run('rm /etc/apt/preferences.d/shadow-portable.pref')
    system.run('apt-get update && apt-get -y dist-upgrade')
    demand(version(system) == '1:5.1-1', version(system))


def repository_back(suite):
    """The page's way back."""
    system, made = with_ours(suite, install=False)
    system.run(cases.PEOPLE)
    before, was = system.accounts(), version(system)
    system.run(page(made, 'install'))
    demand(version(system) == suite.version, version(system))
    system.run(page(made, 'back'))
    demand(version(system) == was, 'not back:', version(system))
    demand(system.accounts() == before, 'the account files differ')
    cases.logins(system)
    system.run('apt-get update && apt-get -y dist-upgrade')
    demand(version(system) == was, 'did not stay:', version(system))


def repository_back_all(suite):
    """All of theirs that ours replace, and the way back for all of them."""
    system, made = with_ours(suite, install=False)
    names = place.THEIRS[suite.name]
    was = {name: version(system, name) for name in names}
    system.run(page(made, 'install'))
    system.run('apt-get -y dist-upgrade')
    for name in set(names) & set(suite.files):
        demand(version(system, name) == suite.version, name, 'is not ours')
    script = page(made, 'back')
    last = script.splitlines()[-1]
    demand(last.endswith('"passwd/$SUITE"'), last)
    more = [name for name in names if name not in ('passwd', 'libsubid4')]
    system.run(script.replace(last, last + ''.join(f' "{name}/$SUITE"' for name in more)))
    for name in names:
        demand(version(system, name) == was[name], f'{name} is not back:', version(system, name))
    system.run('apt-get check')


def repository_unattended(suite):
    """An edited /etc/default/useradd, with the page's option."""
    system, made = with_ours(suite, install=False)
    system.run('useradd -D -s /bin/bash')
    commands, last = page(made, 'install').rstrip().rsplit(' &&\n', 1)
    demand(last == 'apt-get install -y passwd', last)
    system.run(commands)
    system.run(page(made, 'unattended'))
    demand(version(system) == suite.version, version(system))
    demand('SHELL=/bin/bash' in system.run('useradd -D'), 'not kept')


def repository_signed(suite):
    """A changed index, and one signed by somebody else, are refused."""
    system, made = with_ours(suite)
    other = make(suite, f'{system.where}/other')
    for what, script in (
            ('changed', 'sed -i "s/^Version: 1:5/Version: 1:6/" '
             f'/srv/ours/dists/{suite.name}/main/binary-amd64/Packages; '
             f'rm /srv/ours/dists/{suite.name}/main/binary-amd64/Packages.xz'),
            ('of another key', f'cp -r /srv/other/dists/. /srv/ours/dists/')):
        system.put(made, '/srv/ours')
        system.put(other, '/srv/other')
        system.run(f'rm -rf /var/lib/apt/lists/*; {script}')
        status, said = system.try_('apt-get -o APT::Update::Error-Mode=any update')
        demand(status or 'W: ' in said or 'E: ' in said, f'{what}: accepted:', said)
        said = system.run('apt-cache policy passwd')
        demand('srv/ours' not in said, f'{what}: accepted:', said)


def repository_key(suite):
    """A key is made once, is not in the repository, and signs again what is added."""
    system = suite.system()
    key = f'{system.where}/key'
    made = make(suite, f'{system.where}/made', '--key', key)
    demand(os.stat(key).st_mode & 0o77 == 0, 'others can read the key')
    with open(f'{made}/shadow-portable.gpg', 'rb') as file:
        public = file.read()
    for where, _, names in os.walk(made):
        for name in names:
            with open(f'{where}/{name}', 'rb') as file:
                demand(b'PRIVATE KEY' not in file.read(), f'{name} has the secret key')
    make(suite, made, '--key', key)
    with open(f'{made}/shadow-portable.gpg', 'rb') as file:
        demand(file.read() == public, 'another key')


def repository_anywhere(suite):
    """A directory of any name, made and used by people with a narrow umask and a long TMPDIR."""
    system, _ = with_ours(suite, install=False)
    made, long = f'{system.where}/a b&|c;$d', f'{system.where}/{"long" * 30}'
    os.mkdir(long)
    place.call('sh', '-c', 'umask 077; exec "$@"', 'sh', MAKE, made, suite.packages,
               env={**os.environ, 'TMPDIR': long})
    system.put(made, made)
    said = system.run('umask 077; rm -rf /etc/apt/keyrings\n' + page(made, 'install'))
    demand(version(system) == suite.version, version(system))
    warned = re.findall('^W: (?!Download is performed unsandboxed).*', said, re.M)
    demand(not warned, warned)
    demand('1001' in system.run('apt-cache policy passwd'), 'no pin')


def contents(directory):
    found = {}
    for where, _, names in os.walk(directory):
        for name in names:
            with open(f'{where}/{name}', 'rb') as file:
                found[f'{where}/{name}'] = file.read()
    return found


def repository_refusals(suite):
    """What would leave its users without a repository is refused, and changes nothing there."""
    system = suite.system()
    made, key = f'{system.where}/made', f'{system.where}/key'
    make(suite, made, '--key', key)
    before = contents(made)
    broken, other, packages = (f'{system.where}/{name}' for name in ('bin', 'other', 'changed'))
    os.mkdir(broken)
    place.call('sh', '-ec', f'printf "#!/bin/sh\\nexit 1\\n" >{broken}/gpg-agent;'
               f'cp {broken}/gpg-agent {broken}/apt-ftparchive; chmod 755 {broken}/*')
    make(suite, f'{system.where}/another', '--key', other)
    os.mkdir(packages)
    place.call('cp', suite.files['passwd'], packages)
    with open(glob.glob(f'{packages}/*')[0], 'ab') as file:
        file.write(b'\n')
    for what, command, env in (
            ('a missing key', ['--key', f'{key}.gone', made, suite.packages], {}),
            ('another key', ['--key', other, made, suite.packages], {}),
            ('a key in it', ['--key', f'{made}/key', made, suite.packages], {}),
            ('a changed package', ['--key', key, made, packages], {}),
            ('an odd URI', ['--key', key, '--uri', 'file:/a b', made, suite.packages], {}),
            ('no URI', ['--key', key, '--uri'], {}),
            ('no index', ['--key', key, made, suite.packages],
             {'PATH': f'{broken}:{os.environ["PATH"]}'})):
        try:
            place.call(MAKE, *command, env={**os.environ, **env})
        except place.Wrong as wrong:
            demand(what == 'no index' or 'make-repository: ' in str(wrong), what, wrong)
        else:
            raise place.Wrong(f'{what}: not refused')
        after = {path: text for path, text in contents(made).items() if '/.new/' not in path}
        demand(after == before, f'{what}: changed', *sorted(set(after) ^ set(before)))
    make(suite, made, '--key', key)
    demand('.new' not in os.listdir(made) and '.old' not in os.listdir(made), os.listdir(made))


CASES = [repository_pin, repository_without_pin, repository_back, repository_back_all,
         repository_unattended]
# What does not depend on the suite.
TOOL = [repository_signed, repository_key, repository_anywhere, repository_refusals]
