# SPDX-License-Identifier: BSD-3-Clause
"""Somebody changes the tree while root's tool is at work in it."""
import contextlib
import ctypes
import multiprocessing
import os
import shutil

from world import STRANGER, demand, differs, look

ROUNDS = 40
AT_FDCWD, RENAME_EXCHANGE = -100, 2
libc = ctypes.CDLL(None, use_errno=True)


def exchange(one, two):
    libc.renameat2(AT_FDCWD, one.encode(), AT_FDCWD, two.encode(), RENAME_EXCHANGE)


@contextlib.contextmanager
def meanwhile(work, *args):
    """work again and again, in a process of its own."""
    def forever():
        while True:
            with contextlib.suppress(OSError):
                work(*args)
    process = multiprocessing.Process(target=forever, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def untouched(w, before, line):
    changed = differs(before, look(w.outside))
    demand(not changed, f'{line} changed outside:', changed)


def swapped_for_a_link(w, directory, lines):
    """The directory and a link to a place outside take turns."""
    w.hostile()
    before = look(w.outside)
    other = f'{w.tree}/other-name'
    os.symlink(f'{w.outside}/dir', other)
    with meanwhile(exchange, f'{w.tree}/{directory}', other):
        for number in range(ROUNDS):
            for line in lines:
                line = line.format(number)
                w.run(f'{line} --lock-timeout=1')
                untouched(w, before, line)


def home_while_made_and_removed(w):
    swapped_for_a_link(w, 'home', ('useradd -m new{0}', 'userdel -rf new{0}'))


def old_home_while_given_and_moved(w):
    swapped_for_a_link(w, 'home/old', ('usermod -u 2{0:03} old', 'usermod -m -d /mnt/h{0} old',
                                       'usermod -m -d /home/old old'))


def skel_while_copied(w):
    swapped_for_a_link(w, 'etc/skel', ('useradd -m new{0}', 'userdel -rf new{0}'))
    demand(not w.secrets_in_tree(), 'the secret came in with', w.secrets_in_tree())


def etc_while_written(w):
    swapped_for_a_link(w, 'etc', ('groupadd g{0}', 'useradd -M u{0}', 'groupdel g{0}'))


def put_another(tree, outside):
    """A stranger's directory in the place of the home that was just made."""
    new, mine = f'{tree}/home/new', f'{tree}/mine'
    if os.lstat(new).st_uid != 0:
        return
    os.mkdir(mine, 0o777)
    os.chown(mine, STRANGER, STRANGER)
    for name in ('fifo', '.profile', '.config'):
        os.symlink(f'{outside}/dir/secret', f'{mine}/{name}')
    exchange(mine, new)


def home_just_made(w):
    w.hostile()
    os.mkfifo(w.etc('skel/fifo'), 0o666)
    before = look(w.outside)
    with meanwhile(put_another, w.tree, w.outside):
        for _ in range(ROUNDS):
            w.run('useradd -m new')
            untouched(w, before, 'useradd -m new')
            w.run('userdel new')
            for name in ('home/new', 'mine'):
                shutil.rmtree(f'{w.tree}/{name}', ignore_errors=True)


CASES = (home_while_made_and_removed, old_home_while_given_and_moved, skel_while_copied,
         etc_while_written, home_just_made)
