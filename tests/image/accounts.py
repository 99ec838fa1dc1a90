# SPDX-License-Identifier: BSD-3-Clause
"""Images with our packages and with the distribution's: what is installed in both, what is purged
and what clients do leaves equal account files, owners and homes.

A side is a System that starts from an image.  Both sides do the same steps, without network, from
packages that one of them downloaded; what a step said, its status and the system after it are
compared, but for EXCUSED.  SAID: a directory where what the steps said is kept.
"""
import concurrent.futures
import json
import os
import re
import time

import place
import repository
from place import demand

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
SHOWN = 25          # differences
ORDER = 'another order'
APT = 'apt-get -y -q --no-install-recommends'
TEN = ('dbus openssh-server postfix redis-server memcached dnsmasq uuid-runtime tcpdump mosquitto'
       ' ntpsec').split()
# What is installed in --full, in this order, one call of apt for each line.
SETS = [line.split() for line in (
    'dbus systemd cron-daemon-common openssh-server postfix nginx redis-server memcached dnsmasq'
    ' ntpsec bind9 uuid-runtime tcpdump',
    'proftpd-core dovecot-core mosquitto tor haproxy varnish unbound nsd openvpn clamav-daemon'
    ' spamd stunnel4 privoxy knot lldpd rpcbind nfs-common tftpd-hpa pcscd gpsd',
    'postgresql mariadb-server squid rabbitmq-server tomcat10 slapd',
    'munin munin-node zabbix-agent icinga2 nagios-nrpe-server snmpd monit'
    ' prometheus-node-exporter',
    'docker.io libvirt-daemon-system',
    'avahi-daemon cups colord polkitd rtkit usbmuxd geoclue-2.0 sane-utils pulseaudio mpd gdm3')]
# In the place of some that were purged.
INSTEAD = 'exim4-daemon-light chrony vsftpd'.split()
STAYS = {'systemd', 'polkitd'}      # half of all would go with them
REPLACED = ['postfix', 'ntpsec', 'proftpd-core']
ADDUSER = '''
addgroup staff2
adduser --disabled-password --gecos "Alice A,1,2,3" alice
adduser alice staff2
adduser --uid 1500 --ingroup staff2 --disabled-login --gecos Bob bob
adduser --system --group --home /var/lib/svc svc
adduser --system --no-create-home --home /nonexistent --ingroup nogroup --shell /bin/sh svc2
addgroup --system duty
adduser bob duty
adduser --system --quiet svc
deluser alice staff2
deluser --remove-home bob
delgroup --only-if-empty staff2 || delgroup staff2
adduser --disabled-password --gecos "" carol
deluser --system svc2
'''
ANSIBLE_USER = '''
cd /srv/clients/ansible
ansible localhost -m user -a 'name=erin comment=Erin shell=/bin/sh groups=duty append=yes'
'''
# Daemons are not started.  What the image says of our repository has to be read once.
PREPARE = '''
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
[ ! -d /srv/ours ] ||
    apt-get update -q -o APT::Get::List-Cleanup=0 -o Dir::Etc::sourcelist=/dev/null
'''
# What is left out of what a step said.
MASKS = (
    (re.compile(r'^(Get:|Fetched |Need to get |After this operation|Reading database|'
                r'\(Reading database|Ign:|Hit:|Selecting previously|Preparing to unpack|'
                r'Unpacking |Extracting templates).*\n', re.M), ''),
    # Lists and counts of packages: which there are is compared as such.
    (re.compile(r'^(  [a-z0-9].*|\d+ upgraded, .*|Setting up libbsd0.*)\n', re.M), ''),
    (re.compile(r'(?<=/debconf/tmp\.ci/)\S+\.config\.\w+'), 'SCRIPT'),
    (re.compile(r'SHA256:[\w+/]{43}'), 'KEY'),
    (re.compile(r'\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*'), 'TIME'),
)
# Differences that are as they should be: field, what both sides have there, why.
EXCUSED = [
    ('/etc/group-', r'^file 0:0 06(00|44)$',
     'made by grpconv in the script of the package: ours has the mode of all backups'),
]


class Side:
    def __init__(self, world, suite, name, root):
        self.name, self.suite = name, suite
        self.system = world.system(root, suite)
        self.steps, self.seconds, self.seen = [], 0.0, {}
        self.system.put(f'{TESTS}/clients/files/srv/clients', '/srv/clients')
        self.system.run(PREPARE)

    def do(self, steps):
        """Each step, and what is there after it."""
        for name, script in steps:
            started = time.monotonic()
            # What goes may need another package in its place.
            status, said = self.system.try_(script, network=name == 'purge')
            self.seconds += time.monotonic() - started
            if 'SAID' in os.environ:
                with open(f'{os.environ["SAID"]}/{self.suite}-{self.name}-{name}', 'w',
                          encoding='utf-8') as file:
                    file.write(said)
            self.steps.append((name, status, said))
            self.seen[name] = json.loads(self.system.look(f'{HERE}/look.py'))
            self.seen[name].update(status=str(status), said=mask(said))


def mask(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def excused(field, *values):
    return any(re.fullmatch(pattern, field) and all(re.search(value, one or '', re.S)
                                                    for one in values)
               for pattern, value, _ in EXCUSED)


def lines_of(one, other):
    """What lines only one of two texts has."""
    one, other = (one or '').splitlines(), (other or '').splitlines()
    return ([f'- {line}' for line in one if line not in other]
            + [f'+ {line}' for line in other if line not in one] or [ORDER])


def differences(theirs, ours):
    """[text]"""
    found = []
    for step in theirs.seen:
        one, two = theirs.seen[step], ours.seen.get(step, {})
        for field in sorted(one.keys() | two.keys()):
            values = one.get(field), two.get(field)
            if values[0] == values[1] or excused(field, *values):
                continue
            # apt orders packages by what they depend on, and ours depends on less.
            if field == 'said' and lines_of(*values) == [ORDER]:
                continue
            if '\n' in f'{values[0]}{values[1]}':
                found.append('\n    '.join([f'{step}: {field}:'] + lines_of(*values)[:40]))
            else:
                found.append(f'{step}: {field}: theirs {values[0]}, ours {values[1]}')
    return found


def both(world, suite, roots, steps, download=()):
    """[theirs, ours] after the steps."""
    sides = [Side(world, suite, name, root) for name, root in zip(('theirs', 'ours'), roots)]
    for names in download:
        sides[0].system.run(f'{APT} install --download-only {" ".join(names)}', network=True)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda side: side.do(steps), sides))
    return sides


def pair(world, suite, variant='minbase'):
    """Both images, made at the same time."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda side: world.image(suite, side, variant), ('theirs', 'ours')))


def install(names):
    return f'{APT} install {" ".join(names)}'


def purge(names):
    return f'{APT} purge {" ".join(names)}'


def tell(sides):
    """The figures of a run."""
    seen = sides[1].seen
    last = list(seen.values())[-1]

    def came(field, pattern):
        """How many names there were in any step that were not there at first."""
        names = {step: set(re.findall(pattern, facts[field], re.M))
                 for step, facts in seen.items()}
        return len(set().union(*names.values()) - names['base'])

    failed = [f'{name} {status}' for name, status, _ in sides[1].steps if status]
    print(f'    {came("packages", r"^(.*) installed$")} packages came, '
          f'{came("/etc/passwd rows", "^[^:]+")} users and {came("/etc/group rows", "^[^:]+")} '
          f'groups were made, {len(last)} facts at the end; '
          f'failed steps: {", ".join(failed) or "none"}; '
          + ', '.join(f'{side.name} {side.seconds:.0f} s' for side in sides), flush=True)


def equal(sides):
    """Nothing differs, and each side has had its own tools to the end."""
    tell(sides)
    for side in sides:
        version = repository.version(side.system)
        demand(version.startswith('1:5.0.0-') == (side.name == 'ours'), side.name, version)
    found = differences(*sides)
    demand(not found, f'{len(found)} differences:\n', '\n'.join(found[:SHOWN]))


def succeeded(sides, *names):
    for side in sides:
        for name, status, said in side.steps:
            demand(status == 0 or name not in names, f'{side.name}: {name}: status {status}:',
                   said[-600:])


# --- what ./check runs

def first_unpack(world):
    """mmdebstrap with the repository and the pin: no other passwd is ever unpacked."""
    only_ours(pair(world, 'bookworm')[1])


def only_ours(root):
    with open(f'{root}/../../dpkg.log', encoding='utf-8') as file:
        versions = re.findall(r' install passwd\S* \S+ (\S+)$', file.read(), re.M)
    demand(len(versions) == 1 and versions[0].startswith('1:5.0.0-'), versions)


def ten_packages(world):
    """Ten packages are installed and half of them purged; then adduser; then Ansible."""
    steps = [('base', 'true'), ('install', install(TEN)), ('purge', purge(TEN[::2])),
             ('adduser', ADDUSER), ('ansible', install(['ansible-core'])),
             ('groups', '/srv/clients/play groups'), ('user', ANSIBLE_USER)]
    sides = both(world, 'bookworm', pair(world, 'bookworm'), steps, [TEN, ['ansible-core']])
    succeeded(sides, *[name for name, _ in steps])
    equal(sides)


def differences_are_found(world):
    """What is not as on the other side is seen: rows, owners, modes, contents, words, statuses."""
    make = 'useradd -m -r worker; useradd -m alice'
    root = world.image('bookworm', 'theirs')
    sides = both(world, 'bookworm', [root, root], [('base', 'true'), ('make', make)])
    demand(not differences(*sides), 'not equal:', differences(*sides))
    for wrong, field in ((' -s /bin/false', '/etc/passwd rows'), (' -K UMASK=0077', '/home/alice'),
                         (' -p x', '/etc/shadow rows'), ('; echo more', 'said'),
                         ('; exit 3', 'status'), ('; groupadd -r more', '/etc/group rows'),
                         ('; echo x >>/home/alice/.profile', '/home/alice/.profile'),
                         ('; chown 0:0 /home/alice/.bashrc', '/home/alice/.bashrc'),
                         ('; rm /var/spool/mail', '/var/spool/mail'),
                         ('; chown alice /var/lib/misc', '/var/lib/misc'),
                         ('; chmod 600 /etc/passwd', '/etc/passwd'),
                         ('; dpkg -r --force-all e2fsprogs 2>&1 >/dev/null', 'packages')):
        other = Side(world, 'bookworm', 'ours', root)
        other.do([('make', make + wrong)])
        other.seen['base'] = sides[0].seen['base']
        found = differences(sides[0], other)
        demand(any(line.startswith(f'make: {field}:') for line in found), f'{wrong}: not seen')


# --- what takes long

def many(world, suite):
    steps = [('base', 'true')]
    steps += [(f'install {names[0]}', install(names)) for names in SETS]
    gone = sorted({name for names in SETS for name in names[1::2]} - STAYS | set(REPLACED))
    steps += [('purge', purge(gone)), ('instead', install(INSTEAD)),
              ('autoremove', f'{APT} autoremove --purge'), ('adduser', ADDUSER)]
    sides = both(world, suite, pair(world, suite), steps, SETS + [INSTEAD])
    equal(sides)
    succeeded(sides, *[name for name, _ in steps])


def some(world, suite, roots):
    """The ten in these images: what differs was in the way the image was made."""
    steps = [('base', 'true'), ('install', install(TEN)), ('purge', purge(TEN[::2])),
             ('adduser', ADDUSER)]
    sides = both(world, suite, roots, steps, [TEN])
    succeeded(sides, *[name for name, _ in steps])
    equal(sides)


def buildd(world, suite):
    """The variant that packages are built in."""
    roots = pair(world, suite, 'buildd')
    only_ours(roots[1])
    some(world, suite, roots)


def upgrade(world, suite):
    """The distribution's image, in which ours is installed as the repository's page says."""
    theirs = world.image(suite, 'theirs')
    system = world.system(theirs, suite)
    made = world.repository(suite)
    system.put(made, '/srv/ours')
    system.run(repository.page(made, 'install'), network=True)
    demand('5.0.0' in repository.version(system), repository.version(system))
    some(world, suite, [theirs, system.root()])


def unprivileged(world, suite):
    """mmdebstrap's unshare mode by an ordinary user of a system that has the same newuidmap."""
    roots = [world.unprivileged_image(suite, side) for side in ('theirs', 'ours')]
    some(world, suite, roots)


def bookworm_many(world):
    many(world, 'bookworm')


def trixie_many(world):
    many(world, 'trixie')


def bookworm_buildd(world):
    buildd(world, 'bookworm')


def trixie_buildd(world):
    buildd(world, 'trixie')


def bookworm_upgrade(world):
    upgrade(world, 'bookworm')


def trixie_upgrade(world):
    upgrade(world, 'trixie')


def bookworm_unprivileged(world):
    unprivileged(world, 'bookworm')


def trixie_unprivileged(world):
    unprivileged(world, 'trixie')


CASES = [first_unpack, ten_packages, differences_are_found]
FULL = [bookworm_many, trixie_many, bookworm_buildd, trixie_buildd, bookworm_upgrade,
        trixie_upgrade, bookworm_unprivileged, trixie_unprivileged]
