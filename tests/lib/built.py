# SPDX-License-Identifier: BSD-3-Clause
"""Our packages of a suite, for any layer that wants them: taken from $PACKAGES/SUITE, else built
once for this state of the source and kept in the cache."""
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OPTIONS = 'nocheck noautodbgsym parallel=2'
OLD = 24 * 3600     # seconds after which another state's packages may go
CACHE = os.environ.get('CACHE', f'{TOP}/.cache')


def files():
    """What git knows, or all that no build has made."""
    if os.path.exists(f'{TOP}/.git'):
        listed = subprocess.run(['git', '-C', TOP, 'ls-files', '-z'], check=True,
                                stdout=subprocess.PIPE).stdout.decode()
        return [name for name in listed.split('\0') if name]
    found = []
    for where, dirs, names in os.walk(TOP):
        dirs[:] = [name for name in dirs if name not in ('build', '.cache', '__pycache__')]
        found += [os.path.relpath(f'{where}/{name}', TOP) for name in names]
    return found


def state():
    """A word for what the packages are made of: all of the source but the tests."""
    known = hashlib.sha256()
    for name in sorted(files()):
        path = f'{TOP}/{name}'
        if name.startswith('tests/') or not os.path.isfile(path):
            continue
        with open(path, 'rb') as file:
            known.update(f'{name} {os.stat(path).st_mode & 0o111}\n'.encode())
            known.update(hashlib.file_digest(file, 'sha256').digest())
    return known.hexdigest()[:12]


def packages(suite):
    """The directory with them."""
    if 'PACKAGES' in os.environ:
        return f'{os.environ["PACKAGES"]}/{suite}'
    where = f'{CACHE}/built-{suite}-{state()}'
    os.makedirs(CACHE, exist_ok=True)
    # Two layers may want them at once: the second waits.
    with open(f'{CACHE}/built-{suite}.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(where):
            for path in glob.glob(f'{CACHE}/built-{suite}-*'):
                if path.endswith('.new') or os.stat(path).st_mtime < time.time() - OLD:
                    shutil.rmtree(path)
            subprocess.run([f'{TOP}/debian/build', suite, f'{where}.new'], check=True,
                           env={**os.environ, 'DEB_BUILD_OPTIONS': OPTIONS})
            os.rename(f'{where}.new', where)
    return where
