# SPDX-License-Identifier: BSD-3-Clause
"""contrib/images: images are made as its page says, by the commands that stand there.

The repository is served on the loopback address, as its users have it.  Images are built by buildah
with chroot isolation and the vfs driver on top of one that mmdebstrap makes here: nothing is pulled
from a registry.
"""
import functools
import glob
import http.server
import os
import re
import shutil
import subprocess
import threading

import place
from place import demand

IMAGES = f'{place.TOP}/contrib/images'
MAKE = f'{place.TOP}/debian/make-repository'
BUILD = ('git', 'ruby', 'bundler', 'fakeroot', 'build-essential')
# Who builds, in passwd.
OMNIBUS = r'^omnibus:x:(\d+):\1::/home/omnibus:/bin/bash$'
HASH = '$6$saltsalt$8RWsOfwR6M6PpnoeQiEiWzNTPo1f0HjVYjDnLZhGx16aBFRkeqiHAzfXP/LgrOWMBMXqiU2pLrXsS'


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Nobody reads it."""


class Served:
    """A repository of our packages, at self.uri."""

    def __init__(self, world, *suites):
        self.where = world.directory('served')
        handler = functools.partial(Quiet, directory=self.where)
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
        self.uri = f'http://127.0.0.1:{self.server.server_address[1]}'
        self.key = f'{self.where}.key'
        self.add(*[world.packages(suite) for suite in suites])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, *packages):
        place.call(MAKE, '--key', self.key, '--uri', self.uri, self.where, *packages)


def served(world, suite='bookworm'):
    return world.once(('served', suite), lambda: Served(world, suite))


def page(name):
    """The commands of a block of the page."""
    with open(f'{IMAGES}/README.md', encoding='utf-8') as file:
        block = re.search(rf'^```sh {name}\n(.*?)^```$', file.read(), re.M | re.S)
    demand(block, f'the page has no block {name}')
    return block[1]


def every_block_is_run(world):
    """The names of the page's blocks are those that cases here run."""
    with open(f'{IMAGES}/README.md', encoding='utf-8') as file:
        names = set(re.findall(r'^```(.*)\n', file.read(), re.M)) - {''}
    with open(__file__, encoding='utf-8') as file:
        run = set(re.findall(r"page\('([a-z-]+)'\)", file.read()))
    demand(names == {f'sh {name}' for name in run}, names, run)


# --- by mmdebstrap

def hooked(world, suite):
    """A root that mmdebstrap made with the hooks."""
    os.environ['REPOSITORY'] = served(world, suite).uri
    return world.image(suite, 'theirs', 'minbase', f'--hook-dir={IMAGES}/mmdebstrap')


def check_source(root, uri):
    """What apt has in an image, and nothing else of the repository."""
    apt = f'{root}/etc/apt'
    with open(f'{apt}/sources.list.d/shadow-portable.sources', encoding='utf-8') as file:
        said = file.read()
    demand(f'URIs: {uri}\n' in said, said)
    demand('\nSigned-By: /etc/apt/keyrings/shadow-portable.gpg\n' in said, said)
    for name in ('keyrings/shadow-portable.gpg', 'preferences.d/shadow-portable.pref'):
        demand(os.stat(f'{apt}/{name}').st_mode & 0o7777 == 0o644, f'{name}: mode')


def first_unpack(world, suite):
    root = hooked(world, suite)
    with open(f'{root}/../../dpkg.log', encoding='utf-8') as file:
        versions = re.findall(r' install passwd\S* \S+ (\S+)$', file.read(), re.M)
    demand(len(versions) == 1 and versions[0].startswith('1:5.0.0-'), versions)
    check_source(root, served(world, suite).uri)


def hook(world):
    """No other passwd is ever unpacked; apt finds the key in the image."""
    first_unpack(world, 'bookworm')


def hook_trixie(world):
    first_unpack(world, 'trixie')


def version(system, name='passwd'):
    return system.run(f"dpkg-query -W -f '${{Version}}' {name}")


def package(where, name, number, source=None):
    """A package that has another version: source's content, or none."""
    tree = f'{where}.tree'
    if source:
        place.call('dpkg-deb', '-R', source, tree)
        place.call('sed', '-i', f's/^Version: .*/Version: {number}/', f'{tree}/DEBIAN/control')
    else:
        os.makedirs(f'{tree}/DEBIAN')
        with open(f'{tree}/DEBIAN/control', 'w', encoding='utf-8') as file:
            file.write(f'Package: {name}\nVersion: {number}\nArchitecture: amd64\n'
                       'Maintainer: nobody <nobody@example.org>\nDescription: made up\n')
    os.makedirs(where, exist_ok=True)
    place.call('dpkg-deb', '--root-owner-group', '-b', tree,
               f'{where}/{name}_{number.replace(":", "%3a")}_amd64.deb')
    shutil.rmtree(tree)


def pin(world):
    """A distribution that offers a passwd of a higher version is not heard."""
    system = world.system(hooked(world, 'bookworm'), 'bookworm')
    made = world.directory('newer')
    package(f'{made}/pool', 'passwd', '1:9-1')
    package(f'{made}/pool', 'other', '2')
    with open(f'{made}/Packages', 'w', encoding='utf-8') as file:
        file.write(place.call('apt-ftparchive', 'packages', 'pool', cwd=made))
    system.put(made, '/srv/newer')
    was = version(system)
    said = system.run('echo "deb [trusted=yes] file:/srv/newer ./" >/etc/apt/sources.list;'
                      'apt-get -q update && apt-get -q -y dist-upgrade;'
                      'apt-get install -y other;'
                      ' apt-cache policy passwd', network=True)
    demand('1:9-1' in said and version(system) == was, said[-600:])
    said = system.run('rm /etc/apt/preferences.d/shadow-portable.pref; apt-get -s dist-upgrade')
    demand('Inst passwd' in said and '1:9-1' in said, 'without the pin:', said)


# --- what the page says of an image

def inside(world):
    """The blocks for steps in an image."""
    system = world.system(hooked(world, 'bookworm'), 'bookworm')
    said = system.run(page('selinux') + 'id one; id two')
    demand('uid=1000(one)' in said and 'uid=1001(two)' in said and 'target' in said, said)
    said = system.run(page('locks') + 'id three; ls -A /etc')
    demand('(three)' in said and 'passwd.lock' not in said.split(), said)
    system.run('cd /etc; rm -f *- .pwd.lock')
    said = system.run(f"export HASH='{HASH}'\n" + page('inside') + 'ls -A /etc; id app; '
                      'grep ^app: /etc/shadow; stat -c "%Y %n" /etc /home /home/app /etc/shadow')
    demand('(staff2)' in said and f'app:{HASH}:19675:' in said, said)
    demand(not re.search(r'^(\S+-|\.pwd\.lock)$', said, re.M), 'left behind:', said)
    demand(len(re.findall('^1700000000 /', said, re.M)) == 4, said)


def outside(world):
    """The block for a tree, run in a system whose own accounts stay as they are."""
    system = world.system(hooked(world, 'bookworm'), 'bookworm')
    system.run('mkdir -p /tree/etc/skel /tree/home; cp /etc/passwd /etc/group /etc/shadow'
               ' /etc/gshadow /etc/login.defs /tree/etc; sha256sum /etc/passwd /etc/group >/was')
    said = system.run('export ROOT=/tree\n' + page('outside') + 'sha256sum -c /was; cd /tree;'
                      'grep app etc/group etc/shadow; ls -A etc;'
                      'stat -c "%Y %n" etc etc/shadow home home/app')
    demand('etc/group:staff2:' in said and 'etc/shadow:app:!:19675:' in said, said)
    demand(len(re.findall('^1700000000 ', said, re.M)) == 4, said)


def existing(world):
    """A system of the distribution's gets ours, the updates of ours, and its own again."""
    here = Served(world, 'bookworm')
    system = world.system(world.image('bookworm', 'theirs'), 'bookworm')
    was = version(system)
    system.put(f'{IMAGES}/add-source', '/root/add-source')
    system.run('cd /etc; useradd -D -s /bin/dash; cat passwd shadow group >/was')
    system.run(f'cd /root; export REPOSITORY={here.uri} SUITE=bookworm\n' + page('existing'),
               network=True)
    ours = version(system)
    demand(ours.startswith('1:5.0.0-'), ours)
    demand('SHELL=/bin/dash' in system.run('useradd -D'), 'the edited file was not kept')
    deb = glob.glob(f'{world.packages("bookworm")}/passwd_*.deb')[0]
    newer = world.directory('update')
    package(newer, 'passwd', '1:5.0.1-1~deb12u1', deb)
    here.add(newer)
    system.run(page('updates'), network=True)
    demand(version(system) == '1:5.0.1-1~deb12u1', 'no update:', version(system))
    system.run(page('back'), network=True)
    demand(version(system) == was, 'not back:', version(system))
    system.run('cd /etc; cat passwd shadow group | cmp - /was; useradd -m after')


# --- by buildah

def storage(world):
    """The environment of a buildah that writes here alone."""
    where = world.once('storage', lambda: world.directory('storage'))
    with open(f'{where}/storage.conf', 'w', encoding='utf-8') as file:
        file.write(f'[storage]\ndriver = "vfs"\nrunroot = "{where}/run"\n'
                   f'graphroot = "{where}/graph"\n')
    with open(f'{where}/registries.conf', 'w', encoding='utf-8') as file:
        file.write('unqualified-search-registries = []\n')
    return {**os.environ, 'CONTAINERS_STORAGE_CONF': f'{where}/storage.conf',
            'REGISTRIES_CONFIG_PATH': f'{where}/registries.conf', 'TMPDIR': where,
            'BUILDAH_ISOLATION': 'chroot', 'STORAGE_DRIVER': 'vfs'}


def shell(script, environment):
    """Run in contrib/images; what it said."""
    return place.call('/bin/sh', '-ec', script, env=environment, cwd=IMAGES)


def base_image(world, suite):
    """An image of the distribution's, for FROM."""
    def make():
        shell('c=$(buildah from scratch); buildah add -q "$c" "$ROOT" / >&2;'
              ' buildah commit -q "$c" "$NAME"; buildah rm "$c"',
              {**storage(world), 'ROOT': world.image(suite, 'theirs'),
               'NAME': f'localhost/{suite}'})
        return f'localhost/{suite}'
    return world.once(('base image', suite), make)


def build(world, suite, script):
    return shell(script, {**storage(world), 'BASE': base_image(world, suite), 'SUITE': suite,
                          'REPOSITORY': served(world, suite).uri,
                          'SOURCE_DATE_EPOCH': '1700000000'})


def look_into(world, image, script):
    """What a shell in a container of the image says; its facts (Config)."""
    return shell(f'c=$(buildah from --pull-never {image}); buildah run "$c" -- sh -c "$SCRIPT";'
                 ' buildah inspect --format "{{.OCIv1.Config}}" "$c"; buildah rm "$c" >/dev/null',
                 {**storage(world), 'SCRIPT': script})


def containerfile_base(world, suite='bookworm'):
    """The base image: ours, the pin, nothing left behind, and no variable that stays set."""
    build(world, suite, page('base'))
    said = look_into(world, 'localhost/base', '''
        dpkg-query -W -f '${Package} ${Version}\\n' passwd
        ls -A /etc; stat -c '%a %n' /etc/apt/*.d/shadow-portable.* /etc/apt/keyrings/shadow*
        env; SHADOW_SELINUX=off useradd -m one && id one''')
    demand('\npasswd 1:5.0.0-1' in f'\n{said}' and '(one)' in said, said)
    demand('SHADOW_IMAGE' not in said and 'SOURCE_DATE_EPOCH' not in said, said)
    demand(len(re.findall(r'^644 /etc/apt', said, re.M)) == 3, said)


def containerfile_trixie(world):
    containerfile_base(world, 'trixie')


def containerfile_build(world):
    """The build image: its packages, and the user who builds."""
    build(world, 'bookworm', page('build'))
    before = look_into(world, base_image(world, 'bookworm'), 'ls -A /etc').split()
    said = look_into(world, 'localhost/omnibus', f'''
        dpkg-query -W -f '${{Package}} ${{Status}}\\n' {" ".join(BUILD)}; id; pwd; cat /etc/passwd
        stat -c '%U %a %Y %n' /home /home/omnibus /etc/passwd; cat /etc/subuid
        echo 'int main(void) {{ return 0; }}' >a.c && gcc a.c && ./a.out && bundle --version
        git --version; fakeroot id -u; ls -A /etc; ls -A''')
    demand(said.count('install ok installed') == len(BUILD), said)
    demand(re.search(OMNIBUS, said, re.M) and 'uid=1000(omnibus)' in said, said)
    demand(re.search(r'^omnibus 7\d\d 1700000000 /home/omnibus$', said, re.M), said)
    demand('root 755 1700000000 /home\n' in said and 'Bundler version' in said, said)
    left = set(re.findall(r'^(\S+-|\.pwd\.lock|\S+\.lock)$', said, re.M)) - set(before)
    demand(not left, 'left behind:', left)


# --- the rest of the page

def mmdebstrap_tar(world):
    """The page's two calls of mmdebstrap, as they stand there."""
    where = f'{world.directory("page")}/images'
    shutil.copytree(IMAGES, where)
    environment = {**os.environ, 'REPOSITORY': served(world).uri, 'SUITE': 'bookworm',
                   'SOURCE_DATE_EPOCH': '1700000000', 'SHADOW_IMAGE': '1', 'TMPDIR': where}
    for name, block in (('base', page('mmdebstrap')), ('omnibus', page('mmdebstrap-build'))):
        place.call('/bin/sh', '-ec', block, env=environment, cwd=where)
        os.mkdir(f'{where}/{name}')
        place.call('tar', '-C', f'{where}/{name}', '-xf', f'{where}/{name}.tar')
        check_source(f'{where}/{name}', served(world).uri)
    etc = f'{where}/omnibus/etc'
    with open(f'{etc}/passwd', encoding='utf-8') as file:
        demand(re.search(OMNIBUS, file.read(), re.M), 'no omnibus in passwd')
    demand(not os.path.exists(f'{etc}/.pwd.lock') and not os.path.exists(f'{etc}/passwd-'),
           'left behind:', os.listdir(etc))
    for name in ('home', 'home/omnibus', 'etc/passwd', 'etc'):
        demand(os.stat(f'{where}/omnibus/{name}').st_mtime <= 1700000000, f'{name} is newer')
    demand(os.stat(f'{where}/omnibus/home/omnibus').st_uid == 1000, 'the owner of the home')
    with open(f'{where}/omnibus/var/lib/dpkg/status', encoding='utf-8') as file:
        status = file.read()
    for name in BUILD:
        demand(re.search(rf'^Package: {name}\nStatus: install ok installed$', status, re.M),
               f'no {name}')


def packer(world):
    """The template is valid, and packer says so of no other."""
    where = world.directory('packer')
    environment = {**os.environ, 'HOME': where, 'CHECKPOINT_DISABLE': '1', 'SUITE': 'bookworm',
                   'REPOSITORY': 'http://repository.example'}
    shell(page('packer'), environment)
    script = page('packer').replace('-var "repository=$REPOSITORY"', '')
    done = subprocess.run(['/bin/sh', '-ec', script], env=environment, cwd=IMAGES, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    demand(done.returncode and b'repository' in done.stdout, done.stdout.decode())


CASES = [every_block_is_run, hook, pin, inside, outside, existing]
FULL = [hook_trixie, containerfile_base, containerfile_trixie, containerfile_build,
        mmdebstrap_tar, packer]
