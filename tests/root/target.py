# SPDX-License-Identifier: BSD-3-Clause
"""What the target system is like: owners and attributes, mounts, room, limits, images."""
import contextlib
import os
import resource
import subprocess
import time

from mounts import BIND, RDONLY, mounted
from world import ACCOUNT, demand, differs, look, roots

WRITERS = ('useradd -m new', 'usermod -l older -aG empty -c x old', 'userdel -r old',
           'groupadd -U old g', 'groupmod -n sound audio', 'groupdel empty',
           'useradd -D -s /bin/zsh')


def attributes_of(path):
    info = os.stat(path)
    return (info.st_mode, info.st_uid, info.st_gid,
            {name: os.getxattr(path, name) for name in os.listxattr(path)
             if name.startswith('user.') or name == 'system.posix_acl_access'})


def owner_mode_and_attributes_stay(w):
    for number, name in enumerate(ACCOUNT):
        path = w.etc(name)
        os.chown(path, number, 5)
        os.chmod(path, (0o600, 0, 0o444, 0o640, 0o664, 0o604)[number])
        os.utime(path, (10 ** 9, 10 ** 9))
        with contextlib.suppress(OSError):      # not on every file system
            os.setxattr(path, 'user.note', name.encode())
    subprocess.run(['setfacl', '-m', 'u:1234:r,g:55:r', w.etc('group'), w.etc('gshadow')],
                   check=True)
    before = {name: attributes_of(w.etc(name)) for name in ACCOUNT}
    demand(before['group'][3], 'no ACL to keep')
    old = w.account_files()
    w.succeeds('useradd -G audio new')
    for name in ACCOUNT:
        demand(attributes_of(w.etc(name)) == before[name], name, attributes_of(w.etc(name)))
        demand(attributes_of(w.etc(name + '-')) == before[name], f'{name}- is not as {name} was')
        demand(os.stat(w.etc(name + '-')).st_mtime == 10 ** 9, f'{name}- has another time')
        with open(w.etc(name + '-'), 'rb') as file:
            demand(file.read() == old[name], f'{name}- has other content')


def bound_files(w):
    for name in ('passwd', 'shadow'):
        roots.write(f'{w.where}/{name}', '')
        subprocess.run(['cp', '-a', w.etc(name), f'{w.where}/{name}'], check=True)
    with mounted(f'{w.where}/passwd', w.etc('passwd')), \
            mounted(f'{w.where}/shadow', w.etc('shadow')):
        inode = os.stat(w.etc('passwd')).st_ino
        w.succeeds('useradd -m new')
        w.succeeds('usermod -l newer -c x new')
        with open(w.etc('shadow'), encoding='utf-8') as file:
            demand('\nnewer:!:' in file.read(), 'shadow has no row')
        w.succeeds('userdel newer')
        demand(os.stat(w.etc('passwd')).st_ino == inode, 'another file')
        demand(not w.leftovers(), w.leftovers())
    with open(f'{w.where}/passwd', encoding='utf-8') as file:
        demand(file.read() == roots.PASSWD, 'passwd is not as before')


def unchanged(w, line, status, text):
    before = look(f'{w.tree}/etc')
    w.fails(line, status, text)
    changed = [name for name in differs(before, look(f'{w.tree}/etc')) if not name.endswith('-')]
    demand(not changed, f'{line} left', changed)


def a_file_bound_read_only(w):
    roots.write(f'{w.where}/passwd', roots.PASSWD)
    with mounted(f'{w.where}/passwd', w.etc('passwd'), flags=BIND | RDONLY):
        unchanged(w, 'useradd -m new', 1, '/etc/passwd: Read-only file system')
        demand(not os.path.exists(f'{w.tree}/home/new'), 'a home was made')
        w.succeeds('groupadd g')


def etc_read_only(w):
    with mounted(w.etc(''), w.etc(''), flags=BIND | RDONLY):
        for line in WRITERS:
            unchanged(w, line, 10 if line.startswith('group') else 1, 'Read-only file system')
        w.succeeds('useradd -D')


def the_holder_has_a_name(w):
    """Whoever has .pwd.lock as we have it wrote its pid into a FILE.lock."""
    holder = subprocess.Popen(
        ['python3', '-c', 'import fcntl,os,struct,sys,time\n'
         'open("/proc/self/comm", "w").write("useradd")\n'
         'fd = os.open(sys.argv[1] + "/.pwd.lock", os.O_RDWR | os.O_CREAT, 0o600)\n'
         'fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))\n'
         'open(sys.argv[1] + "/shadow.lock", "w").write(str(os.getpid()))\n'
         'print(flush=True); time.sleep(60)', w.etc('')], stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        who = f'/etc/.pwd.lock, held by useradd (PID {holder.pid})'
        w.fails('groupadd --lock-timeout=0 g', 10, f'groupadd: not waiting for {w.tree}{who}')
        w.fails('groupadd --lock-timeout=2 g', 10, f'groupadd: waiting for {w.tree}{who}')
        w.fails('useradd -D -s /bin/sh --lock-timeout=0', 1, 'useradd: cannot lock '
                f'{w.tree}/etc/.pwd.lock; try again later.')
    finally:
        holder.kill()
        holder.wait()
    w.succeeds('groupadd --lock-timeout=0 g')


def all_or_nothing(w, line, before, done):
    if done.returncode not in (0, 12):
        changed = [name for name, text in w.account_files().items() if text != before[name]]
        demand(not changed, f'{line}: status {done.returncode}, but changed', changed)
    demand(not w.leftovers(), f'{line} left', w.leftovers())


def a_full_disk(w):
    """From no room at all to enough of it, page by page."""
    with mounted('small', w.tree, 'tmpfs', 0, 'size=4m,mode=755'):
        for line in WRITERS:
            statuses = set()
            for free in (0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 64):
                for name in os.listdir(w.tree):
                    subprocess.run(['rm', '-rf', f'{w.tree}/{name}'], check=True)
                roots.make_full(w.tree)
                with open(f'{w.tree}/fill', 'wb', buffering=0) as file:
                    with contextlib.suppress(OSError):
                        while file.write(bytes(4096)):
                            pass
                os.truncate(f'{w.tree}/fill', os.stat(f'{w.tree}/fill').st_size - 4096 * free)
                before = w.account_files()
                done = w.run(line)
                statuses.add(done.returncode)
                all_or_nothing(w, line, before, done)
            demand(len(statuses) > 1 and 0 in statuses, f'{line}: only', statuses)


def no_room_for_files(w):
    for line in WRITERS:
        for size in (0, 1, 64, 512, 1024):
            w.reset()
            before = w.account_files()
            all_or_nothing(w, line, before, w.run(line, before=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (size, size))))


def few_descriptors(w):
    before, statuses = w.account_files(), set()
    for count in range(4, 40):
        done = w.run('useradd new', before=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (count, count)))
        statuses.add(done.returncode)
        if done.returncode == 0:
            break
        all_or_nothing(w, f'useradd with {count} descriptors', before, done)
    demand(0 in statuses and len(statuses) > 1, statuses)


def closed_descriptors(w):
    """What is opened first must not become stdout."""
    for closed in ((0,), (1,), (2,), (0, 1), (0, 1, 2)):
        w.reset()
        w.run('useradd --json new', before=lambda: [os.close(fd) for fd in closed])
        w.run('useradd new', before=lambda: [os.close(fd) for fd in closed])
        for name, text in w.account_files().items():
            demand(b'{' not in text and b'already' not in text, name, 'was printed into')
        demand(b'\nnew:x:' in w.account_files()['passwd'], 'no account with closed', closed)


def output_to_a_full_device(w):
    with open('/dev/full', 'wb') as full:
        w.fails('useradd -D', 1, 'cannot write the output', stdout=full)
        w.fails('useradd --dry-run new', 1, 'cannot write the output', stdout=full)
        demand(w.run('useradd new', stderr=full, stdout=full).returncode == 0, 'nothing was said')


STEPS = ('useradd -m -G audio alice', 'groupadd -r sys1', 'useradd -r -m -d /var/lib/svc svc',
         'useradd -m -b /srv/homes bob', 'usermod -aG sys1 -c Alice alice',
         'usermod -l bobby -m -d /srv/homes/bobby bob', 'groupmod -n sys2 sys1',
         'useradd -m gone', 'userdel -r gone', 'usermod -p $6$x$y alice',
         'useradd -D -s /bin/dash', 'usermod -u 3333 -v 5000000-5000009 alice')
EPOCH = 1700000000


def image(w, *options):
    """What a sequence makes of the tree, and the times of all that it made or wrote."""
    w.reset()
    for where, dirs, names in os.walk(w.tree):
        for name in dirs + names:
            os.utime(f'{where}/{name}', (10 ** 9, 10 ** 9), follow_symlinks=False)
    for step in STEPS:
        w.succeeds(' '.join((step, *options)), env={'SOURCE_DATE_EPOCH': str(EPOCH)})
    seen = look(w.tree)
    for path, what in seen.items():
        info = os.lstat(f'{w.tree}/{path}')
        demand(info.st_mtime <= EPOCH, path, 'is of', info.st_mtime)
        what.append(info.st_mtime_ns)
    return seen


def images_are_the_same(w):
    first = image(w)
    time.sleep(1.1)
    second = image(w)
    demand(first == second, 'differ:', differs(first, second))
    demand(not w.leftovers(), w.leftovers())
    third = image(w, '--no-backup')
    backups = [path for path in third if path.endswith('-')]
    demand(not backups, backups)


def a_dry_run_writes_nothing(w):
    os.unlink(w.etc('skel/.login'))
    before = look(w.tree, times=True)
    lines = WRITERS + ('useradd old', 'userdel -rf other', 'usermod -m -d /mnt/x -u 7 old',
                       'useradd -m -d /a/b/c new')
    for line in lines:
        w.run(f'{line} --dry-run')
        changed = differs(before, look(w.tree, times=True))
        demand(not changed, f'{line} --dry-run changed', changed)
    with mounted(w.tree, w.tree, flags=BIND | RDONLY):
        for line in WRITERS[1:]:
            demand(w.succeeds(f'{line} --dry-run').stdout, f'{line} --dry-run says nothing')


CASES = (owner_mode_and_attributes_stay, bound_files, a_file_bound_read_only, etc_read_only,
         the_holder_has_a_name, a_full_disk, no_room_for_files, few_descriptors,
         closed_descriptors, output_to_a_full_device, images_are_the_same,
         a_dry_run_writes_nothing)
