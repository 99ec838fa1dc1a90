# SPDX-License-Identifier: BSD-3-Clause
"""Mounts that nobody else sees."""
import contextlib
import ctypes
import os

CLONE_NEWNS = 0x00020000
RDONLY, REMOUNT, BIND, REC, PRIVATE = 1, 32, 4096, 16384, 1 << 18
DETACH = 2
libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def mount(source, target, kind='none', flags=BIND, data=''):
    check(libc.mount(source.encode(), target.encode(), kind.encode(),
                     ctypes.c_ulong(flags & ~RDONLY), data.encode()), f'mount {target}')
    if flags & RDONLY:
        check(libc.mount(b'none', target.encode(), b'none', ctypes.c_ulong(flags | REMOUNT),
                         b''), f'mount {target} read-only')


def unmount(target):
    check(libc.umount2(target.encode(), DETACH), f'unmount {target}')


@contextlib.contextmanager
def mounted(source, target, kind='none', flags=BIND, data=''):
    mount(source, target, kind, flags, data)
    try:
        yield
    finally:
        unmount(target)


def make_private():
    check(libc.unshare(CLONE_NEWNS), 'unshare')
    mount('none', '/', flags=REC | PRIVATE)
