# SPDX-License-Identifier: BSD-3-Clause
"""Many runs at once, and turns with the packaged tools: nothing is lost, nothing made twice."""
import os
import subprocess
import threading
import warnings

with warnings.catch_warnings():
    warnings.simplefilter('ignore', DeprecationWarning)
    import crypt

MANY = 64
TURNS = 12


def rows(work, name):
    with open(f'{work}/etc/{name}', encoding='utf-8') as file:
        return [line.rstrip('\n').split(':') for line in file]


def shared(work):
    """Why two accounts share what must be one's own, or an empty list."""
    why = []
    for name, field in (('passwd', 0), ('passwd', 2), ('shadow', 0), ('group', 0), ('group', 2),
                        ('gshadow', 0)):
        values = [row[field] for row in rows(work, name)]
        why += [f'{name}: {value} is there twice' for value in set(values)
                if values.count(value) > 1]
    for name in ('subuid', 'subgid'):
        ranges = sorted((int(row[1]), int(row[2]), row[0]) for row in rows(work, name))
        why += [f'{name}: {a} and {b} overlap' for a, b in zip(ranges, ranges[1:])
                if a[0] + a[1] > b[0]]
    return why


def leftovers(work):
    return [f'{name} was left behind' for name in os.listdir(f'{work}/etc')
            if name.endswith(('+', '.lock', '.journal')) and name != '.pwd.lock']


def missing(work, name, wanted):
    found = {row[0] for row in rows(work, name)}
    return [f'{name} has no {who}' for who in wanted if who not in found]


class Crowd:
    """Command lines that run side by side; what failed is in `why`."""

    def __init__(self, layer, work):
        self.layer, self.work, self.why = layer, work, []

    def one(self, line, text=None, inside=True):
        command = ['chroot', self.work] if inside else []
        done = subprocess.run([*command, *line.split()], env=self.layer.env, text=True,
                              input=text or '', stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              errors='replace', check=False, timeout=300)
        if done.returncode != 0:
            self.why.append(f'{line}: status {done.returncode}: {done.stdout.strip()}')

    def lines(self, *lines, inside=True):
        """One person who enters these lines in turn; a pair is a line and its input."""
        def work():
            for line in lines:
                if isinstance(line, tuple):
                    self.one(line[0], line[1], inside)
                else:
                    self.one(line, None, inside)
        thread = threading.Thread(target=work)
        thread.start()
        return thread


def with_slot(layer, name, base, body):
    def work():
        slot = layer.slots.get()
        try:
            layer.roots.reset(base, slot[1])
            crowd = Crowd(layer, slot[1])
            body(crowd, slot[0])
            why = crowd.why + shared(slot[1]) + leftovers(slot[1])
        finally:
            layer.slots.put(slot)
        if why:
            layer.say('not_ok', name, why[0], why[:12])
        else:
            layer.say('ok', name)
    return name, work


def homes(work, names):
    owners = {row[0]: (int(row[2]), int(row[3])) for row in rows(work, 'passwd')}
    why = []
    for name in names:
        path = f'{work}/home/{name}'
        if not os.path.exists(f'{path}/.profile'):
            why.append(f'{path} has no .profile')
        elif (os.stat(path).st_uid, os.stat(path).st_gid) != owners.get(name):
            why.append(f'{path} has another owner')
    return why


def many(layer, build, name, live):
    """All start at once, all succeed."""
    def body(crowd, _):
        start = '/build' if live else build
        prefix = '' if live else f'-P {crowd.work} '
        names = [f'u{number}' for number in range(MANY)]
        threads = [crowd.lines(f'{start}/src/useradd {prefix}-m -G audio {who}', inside=live)
                   for who in names]
        for thread in threads:
            thread.join()
        for file in ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'):
            crowd.why += missing(crowd.work, file, names)
        crowd.why += homes(crowd.work, names)
        members = next(row[3] for row in rows(crowd.work, 'group') if row[0] == 'audio')
        crowd.why += [f'{who} is not in audio' for who in names
                      if who not in members.split(',')]
    return with_slot(layer, name, 'live' if live else 'full', body)


def mixed(layer, name):
    """Our six tools at once, each on accounts of its own."""
    def body(crowd, _):
        start, prefix = layer.build, f'-P {crowd.work}'
        threads = [crowd.lines(
            f'{start}/src/groupadd {prefix} g{n}', f'{start}/src/useradd {prefix} -m -G g{n} u{n}',
            f'{start}/src/usermod {prefix} -c Changed -aG audio u{n}',
            f'{start}/src/groupmod {prefix} -n h{n} g{n}',
            f'{start}/src/userdel {prefix} -r u{n}' if n % 2 else
            f'{start}/src/usermod {prefix} -l v{n} u{n}',
            f'{start}/src/groupdel {prefix} h{n}', inside=False) for n in range(16)]
        for thread in threads:
            thread.join()
        crowd.why += missing(crowd.work, 'passwd', [f'v{n}' for n in range(0, 16, 2)])
        crowd.why += [f'{row[0]} is still there' for row in rows(crowd.work, 'group')
                      if row[0][0] in 'gh']
    return with_slot(layer, name, 'full', body)


def self_service(layer, name):
    """Each of these changes a field of the same row as another one."""
    def body(crowd, _):
        start, prefix = f'{layer.build}/src', f'-P {crowd.work}'
        names = [f'u{n}' for n in range(4)]
        for who in names:
            crowd.one(f'{start}/useradd {prefix} {who}', inside=False)
        hashes = ''.join(f'{who}:$5$a$b\n' for who in names)
        threads = [crowd.lines(line, inside=False) for who in names for line in (
            f'{start}/passwd {prefix} -w 3 -i 4 {who}', f'{start}/chage {prefix} -M 90 {who}',
            f'{start}/chage {prefix} -E 2030-01-01 {who}',
            f'{start}/chfn {prefix} -f Changed {who}', f'{start}/chsh {prefix} -s /bin/new {who}',
            f'{start}/gpasswd {prefix} -a {who} audio')]
        threads.append(crowd.lines((f'{start}/chpasswd {prefix} -e', hashes), inside=False))
        threads.append(crowd.lines((f'{start}/chgpasswd {prefix} -e', hashes), inside=False))
        for thread in threads:
            thread.join()
        found = {file: {row[0]: row for row in rows(crowd.work, file)}
                 for file in ('passwd', 'shadow', 'group', 'gshadow')}
        for who in names:
            if found['shadow'][who][1:] != ['$5$a$b', '19675', '0', '90', '3', '4', '21915', '']:
                crowd.why.append(f'shadow: {found["shadow"][who]}')
            if found['passwd'][who][4] != 'Changed,,,' or found['passwd'][who][6] != '/bin/new':
                crowd.why.append(f'passwd: {found["passwd"][who]}')
            if found['gshadow'][who][1] != '$5$a$b':
                crowd.why.append(f'gshadow: {found["gshadow"][who]}')
            crowd.why += [f'{file}: {who} is not in audio' for file in ('group', 'gshadow')
                          if who not in found[file]['audio'][3].split(',')]
    return with_slot(layer, name, 'full', body)


def turns_live(layer, name):
    """One system: ours, the packaged tools, and pam_unix by passwd(1)."""
    def body(crowd, _):
        numbers = range(TURNS)
        threads = [
            crowd.lines(*(f'/build/src/useradd -m our{n}' for n in numbers)),
            crowd.lines(*(f'/usr/sbin/useradd -m peer{n}' for n in numbers)),
            crowd.lines(*(f'/build/src/groupadd ours{n}' for n in numbers),
                        *(f'/build/src/usermod -aG ours{n} old' for n in numbers)),
            crowd.lines(*(f'/usr/sbin/groupadd peers{n}' for n in numbers),
                        *(f'/usr/sbin/usermod -aG peers{n} old' for n in numbers)),
            crowd.lines(*(('/usr/bin/passwd other', f'Secret-{n}\nSecret-{n}\n')
                          for n in numbers)),
        ]
        for thread in threads:
            thread.join()
        for file in ('passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'):
            crowd.why += missing(crowd.work, file, [f'{who}{n}' for who in ('our', 'peer')
                                                    for n in numbers])
        for file in ('group', 'gshadow'):
            for row in rows(crowd.work, file):
                if row[0].startswith(('ours', 'peers')) and row[3] != 'old':
                    crowd.why.append(f'{file}: {row[0]} has no member old')
        stored = next(row[1] for row in rows(crowd.work, 'shadow') if row[0] == 'other')
        if crypt.crypt(f'Secret-{TURNS - 1}', stored) != stored:
            crowd.why.append('the last password of other is lost')
    return with_slot(layer, name, 'live', body)


def turns_prefix(layer, name):
    """Packaged tools with -P know only FILE.lock."""
    def body(crowd, number):
        numbers = range(TURNS // 2)
        peer = f'chroot {layer.roots.system} /usr/sbin'
        ours, prefix = f'{layer.build}/src', f'-P {crowd.work}'
        threads = [
            crowd.lines(*(f'{ours}/useradd {prefix} -m our{n}' for n in numbers), inside=False),
            crowd.lines(*(f'{peer}/useradd -P /w{number} -m peer{n}' for n in numbers),
                        inside=False),
            crowd.lines(*(f'{ours}/usermod {prefix} -c Our{n} old' for n in numbers),
                        inside=False),
        ]
        for thread in threads:
            thread.join()
        for file in ('passwd', 'shadow', 'group', 'gshadow'):
            crowd.why += missing(crowd.work, file, [f'{who}{n}' for who in ('our', 'peer')
                                                    for n in numbers])
    return with_slot(layer, name, 'full', body)


def jobs(layer):
    yield many(layer, layer.build, f'race/useradd-{MANY}', False)
    yield many(layer, layer.build, f'race/useradd-{MANY}-live', True)
    yield many(layer, layer.asan, f'asan/race/useradd-{MANY}', False)
    yield mixed(layer, 'race/six-tools')
    yield self_service(layer, 'race/self-service')
    yield turns_live(layer, 'race/turns-live')
    yield turns_prefix(layer, 'race/turns-prefix')
