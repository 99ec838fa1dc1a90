# SPDX-License-Identifier: BSD-3-Clause
"""Where the cases run: a throw-away root with this system's programs and an /etc of its own, or a
Debian root; and what they are compiled with.
"""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get('BUILD', f'{TOP}/build/debian12')
CC = os.environ.get('CC', 'cc')
SONAMES = ('libsubid.so.4', 'libsubid.so.5')

PASSWD = ('root:x:0:0:root:/root:/bin/sh\n'
          'anna:x:1000:1000::/:/bin/sh\nbert:x:1001:1001::/:/bin/sh\n'
          + ''.join(f'u{n}:x:{2000 + n}:{2000 + n}::/:/bin/sh\n' for n in range(32)))
GROUP = 'root:x:0:\nanna:x:1000:\nbert:x:1001:\n'
SUBIDS = ''.join(f'u{n}:{100000 + 1000 * n}:100\n' for n in range(32))
FILES = {
    'passwd': PASSWD,
    'group': GROUP,
    'shadow': ''.join(line.split(':')[0] + ':*:19000::::::\n' for line in PASSWD.splitlines()),
    'gshadow': ''.join(line.split(':')[0] + ':*::\n' for line in GROUP.splitlines()),
    'subuid': SUBIDS,
    'subgid': SUBIDS,
    'login.defs': '',
    'nsswitch.conf': 'passwd: files\ngroup: files\n',
}

# Nothing of this system can be written to, and nothing of it changes: the mounts are a process's.
ENTER = r'''set -e
root=$1 libexec=$2; shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
mount --bind "$libexec" "$root/usr/libexec"
mount -t proc proc "$root/proc"
exec chroot "$root" "$@"
'''


class Wrong(Exception):
    """What a case found."""


class Unable(Exception):
    """Why a case cannot be tried here."""


def demand(truth, *said):
    if not truth:
        raise Wrong(' '.join(str(word) for word in said))


def same(got, wanted):
    demand(got == wanted, f'{got!r} instead of {wanted!r}')


def run(*command, **options):
    """Output of both kinds in one, and the status."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, check=False, **options)
    return done.stdout.decode('utf-8', 'replace'), done.returncode


def must(*command, **options):
    said, status = run(*command, **options)
    demand(status == 0, ' '.join(command[:6]), f'ended with {status}:', said[-1500:])
    return said


def need_root():
    if os.geteuid() != 0:
        raise Unable('needs root')


def need(program):
    if not shutil.which(program):
        raise Unable(f'{program} is missing')


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)


class World:
    """Made once: the library as it is installed, and the programs of the cases."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.stage = f'{scratch}/stage'
        must('make', '-s', '-C', BUILD, 'install', f'DESTDIR={self.stage}')
        self.lib = os.path.dirname(self.find('libsubid.so.4.0.0'))
        self.include = os.path.dirname(os.path.dirname(self.find('subid.h')))
        self.made = {}

    def find(self, name):
        for where, _, names in os.walk(self.stage):
            if name in names:
                return f'{where}/{name}'
        raise Wrong(f'{name} is not installed')

    def compile(self, source, *flags, name=None, static=False):
        """A program, or with -shared a plug-in, of this directory; each is made once."""
        name = name or source
        out = f'{self.scratch}/made/{name}'
        if out not in self.made:
            os.makedirs(os.path.dirname(out), exist_ok=True)
            link = [f'{self.lib}/libsubid.a'] if static else [f'-L{self.lib}', '-lsubid']
            must(CC, '-std=gnu11', '-O1', '-g', '-Wall', '-Werror', f'-I{self.include}', '-o', out,
                 f'{HERE}/{source}.c', *flags,
                 *([] if '-shared' in flags or '-c' in flags else link + ['-lpthread', '-ldl']))
            self.made[out] = True
        return out

    def live(self):
        return Live(self)


class Live:
    """This system's programs, another /etc, and the installed library in /lib.ours."""

    def __init__(self, world):
        need_root()
        self.world = world
        self.dir = f'{world.scratch}/live'
        self.libexec = f'{world.stage}/usr/libexec'
        shutil.rmtree(self.dir, ignore_errors=True)
        for name in ('usr', 'proc', 'dev', 'tmp', 'plug', 'evil', 'bin.ours'):
            os.makedirs(f'{self.dir}/{name}')
        os.chmod(self.dir, 0o755)
        for name in os.listdir('/'):
            if os.path.islink(f'/{name}') and os.readlink(f'/{name}').startswith('usr/'):
                os.symlink(os.readlink(f'/{name}'), f'{self.dir}/{name}')
        os.mknod(f'{self.dir}/dev/null', 0o20666, os.makedev(1, 3))
        os.chmod(f'{self.dir}/dev/null', 0o666)
        shutil.copytree(world.lib, f'{self.dir}/lib.ours', symlinks=True)
        for name, text in FILES.items():
            write(f'{self.dir}/etc/{name}', text, 0o640 if 'shadow' in name else 0o644)
        write(f'{self.dir}/etc/ld.so.conf', '/plug\n')
        for name in ('getsubids', 'newuidmap', 'newgidmap'):
            shutil.copy2(f'{world.stage}/usr/bin/{name}', f'{self.dir}/bin.ours')

    def file(self, name, text=None):
        if text is not None:
            write(f'{self.dir}/etc/{name}', text)
        with open(f'{self.dir}/etc/{name}', encoding='utf-8') as file:
            return file.read()

    def remove(self, name):
        os.unlink(f'{self.dir}/etc/{name}')

    def put(self, path, to='bin.ours', name=None):
        shutil.copy2(path, f'{self.dir}/{to}/{name or os.path.basename(path)}')

    def plugin(self, name, *flags, to='plug'):
        """Compiles a plug-in, makes it known to the dynamic linker, and names it."""
        made = self.world.compile('plugin', '-shared', '-fPIC', *flags,
                                  name=f'plugin{"".join(flags)}.so')
        self.put(made, to, f'libsubid_{name}.so')
        self.run('ldconfig')
        self.file('nsswitch.conf', f'passwd: files\nsubid: {name}\n')

    def run(self, *command, user=0, **environment):
        env = {'PATH': '/bin.ours:/usr/sbin:/usr/bin', 'LD_LIBRARY_PATH': '/lib.ours',
               'LC_ALL': 'C', **environment}
        drop = () if user == 0 else ('setpriv', f'--reuid={user}', f'--regid={user}',
                                     '--clear-groups')
        return run('unshare', '--mount', 'sh', '-c', ENTER, 'sh', self.dir, self.libexec,
                   *drop, '/usr/bin/env', *(f'{k}={v}' for k, v in env.items()), *command)

    def use(self, *words, soname=None, **environment):
        """The program that calls the library; linked with one of its names."""
        soname = soname or SONAMES[1]
        made = self.world.compile('use', f'-Wl,-rpath-link,{self.world.lib}', '-L' +
                                  self.world.scratch, f'-l:{soname}', name=f'use.{soname}')
        self.put(made)
        return self.run(f'/bin.ours/use.{soname}', *words, **environment)


class Debian:
    """A root of a suite, with its own library and header."""

    PACKAGES = ('gcc', 'libc6-dev', 'libsubid-dev', 'passwd', 'uidmap')

    def __init__(self, world, suite):
        need_root()
        need('mmdebstrap')
        self.world = world
        self.suite = suite
        self.dir = f'{world.scratch}/{suite}'
        if not os.path.exists(self.dir):
            must(f'{TOP}/tests/lib/base-root', suite, self.dir, *self.PACKAGES)
            for source in ('use', 'layout', 'plugin'):
                shutil.copy2(f'{HERE}/{source}.c', f'{self.dir}/opt/{source}.c')
            shutil.copytree(world.lib, f'{self.dir}/opt/ours', symlinks=True)
            shutil.copytree(f'{world.stage}/usr/libexec', f'{self.dir}/usr/libexec',
                            dirs_exist_ok=True)
            for name, text in FILES.items():
                if name in ('passwd', 'group', 'subuid', 'subgid'):
                    write(f'{self.dir}/etc/{name}', text)
        self.soname = 'libsubid.so.4' if suite == 'bookworm' else 'libsubid.so.5'
        self.library = next(path for path in (
            f'{self.dir}/usr/lib/{triplet}/{self.soname}'
            for triplet in os.listdir(f'{self.dir}/usr/lib')) if os.path.exists(path))

    def run(self, *command, ours=False, **environment):
        env = {'PATH': '/usr/sbin:/usr/bin', 'LC_ALL': 'C', **environment}
        if ours:
            env['LD_LIBRARY_PATH'] = '/opt/ours'
        return run('chroot', self.dir, '/usr/bin/env', '-i', *(f'{k}={v}' for k, v in env.items()),
                   *command)

    def must(self, *command, **options):
        said, status = self.run(*command, **options)
        demand(status == 0, ' '.join(command[:5]), f'ended with {status}:', said[-1500:])
        return said

    def file(self, name, text):
        write(f'{self.dir}/etc/{name}', text)
