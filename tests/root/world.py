# SPDX-License-Identifier: BSD-3-Clause
"""A small tree for --prefix, things outside of it that nobody may touch, and the tools."""
import os
import shutil
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, f'{TOP}/tests/fault')
import roots

BUILD = os.environ.get('BUILD', f'{TOP}/build/debian12')
STRANGER = 65432    # who owns a hostile tree
SECONDS = 30
ACCOUNT = ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid')
SECRET = 'root:SECRET:0:0:SECRET:/:/SECRET\n'


class Wrong(Exception):
    """What a case found."""


def demand(truth, *said):
    if not truth:
        raise Wrong(' '.join(str(word) for word in said))


def content(path):
    with open(path, 'rb') as file:
        return file.read()


def look(top, times=False):
    """Everything below top: path -> type, mode, owner, content; times: also those of change."""
    found = {}
    for where, dirs, names in os.walk(top):
        for name in ['.'] + dirs + names:
            path = os.path.join(where, name)
            info = os.lstat(path)
            seen = [info.st_mode, info.st_uid, info.st_gid]
            if stat.S_ISREG(info.st_mode) and info.st_size < 1 << 26:
                seen.append(content(path))
            elif stat.S_ISLNK(info.st_mode):
                seen.append(os.readlink(path))
            if times:
                seen += [info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_nlink]
            found[os.path.relpath(path, top)] = seen
    return found


def differs(before, after):
    return sorted(key for key in before.keys() | after.keys()
                  if before.get(key) != after.get(key))


def give(top, uid):
    for where, dirs, names in os.walk(top):
        for name in ['.'] + dirs + names:
            os.lchown(os.path.join(where, name), uid, uid)


class World:
    def __init__(self, where):
        self.where, self.tree, self.outside = where, f'{where}/tree', f'{where}/outside'
        self.reset()

    def reset(self):
        """As at first: an ordinary tree of root's."""
        for path in (self.tree, self.outside):
            shutil.rmtree(path, ignore_errors=True)
        roots.make_full(self.tree)
        for name in ('mnt', 'tmp', 'var/lib', 'var/log'):
            os.makedirs(f'{self.tree}/{name}', exist_ok=True)
        os.makedirs(f'{self.outside}/dir')
        for name in ('secret', 'dir/secret'):
            roots.write(f'{self.outside}/{name}', SECRET, 0o600)
        roots.write(f'{self.outside}/log', SECRET * 20000, 0o600)

    def hostile(self):
        """The same, of a stranger; homes are their users'."""
        self.reset()
        give(self.tree, STRANGER)
        for name, uid in (('old', 1000), ('other', 1001)):
            give(f'{self.tree}/home/{name}', uid)
        os.chown(f'{self.tree}/var/mail/old', 1000, 8)

    def etc(self, name):
        return f'{self.tree}/etc/{name}'

    def clear(self, name):
        """A place in the tree with nothing there."""
        path = f'{self.tree}/{name}'
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def run(self, line, option='-P', before=None, env=None, **streams):
        """The tool of a command line, on the tree.  Never by a signal, never for ever."""
        tool, *words = line.split()
        command = [f'{BUILD}/src/{tool}', option, self.tree, *words]
        places = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
                  'stderr': subprocess.PIPE, **streams}
        try:
            done = subprocess.run(command, preexec_fn=before, timeout=SECONDS, check=False,
                                  env={**os.environ, 'LC_ALL': 'C', **(env or {})}, **places)
        except subprocess.TimeoutExpired:
            raise Wrong(f'{line}: does not end') from None
        demand(0 <= done.returncode <= 20, f'{line}: status {done.returncode}:',
               (done.stderr or b'')[-400:])
        return done

    def succeeds(self, line, **how):
        done = self.run(line, **how)
        demand(done.returncode == 0, f'{line}: status {done.returncode}:', done.stderr)
        return done

    def fails(self, line, status, text='', **how):
        done = self.run(line, **how)
        said = done.stderr.decode(errors='replace')
        demand(done.returncode == status and text in said,
               f'{line}: status {done.returncode}, not {status} with "{text}":', said)

    def leftovers(self):
        return [name for name in os.listdir(f'{self.tree}/etc')
                if name.endswith(('+', '.lock', '.journal'))]

    def account_files(self):
        return {name: content(self.etc(name)) for name in ACCOUNT + ('default/useradd',)}

    def secrets_in_tree(self):
        """Files of one name with the secret in them, which root has not for himself."""
        found = []
        for path, seen in look(self.tree).items():
            if stat.S_ISREG(seen[0]) and len(seen) > 3 and b'SECRET' in seen[3] and \
                    os.lstat(f'{self.tree}/{path}').st_nlink == 1 and \
                    (seen[1] != 0 or seen[0] & 0o077):
                found.append(path)
        return found
