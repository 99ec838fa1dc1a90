# SPDX-License-Identifier: BSD-3-Clause
"""Odd arguments: numbers that wrap (CVE-2016-6252) or are none, processes that are none."""
from granted import ALL, each, one_line, refuse
from place import Target, UIDMAP, UNTOUCHED, demand
from whose import put, read, sleeper

BIG = 1 << 64

# name: words, the map that Debian's tools write, the map that ours write; None: refused.
FORMS = {
    'hex': (('0x0', '0x186a0', '0X10'), '0 100000 16', '0 100000 16'),
    'octal': (('0', '0303240', '010'), '0 100000 8', '0 100000 8'),
    'plus': (('+0', '+100000', '+1'), '0 100000 1', None),
    'blank-before': ((' 0', ' 100000', ' 1'), '0 100000 1', None),
    'blank-after': (('0 ', '100000 ', '1 '), None, None),
    'newline-before': (('\n0', '100000', '1'), '0 100000 1', None),
    'newline-after': (('0', '100000', '1\n0 0 1'), None, None),
    'zeros-before': (('0', '100000', '0000000000000000000000000001'), '0 100000 1', '0 100000 1'),
    'octal-not-decimal': (('0', '0100000', '1'), None, None),
    'bad-octal': (('0', '100000', '08'), None, None),
    'bad-hex': (('0', '100000', '0x'), None, None),
    'exponent': (('0', '1e5', '1'), None, None),
    'fraction': (('0', '100000', '1.0'), None, None),
    'letters': (('a', 'b', 'c'), None, None),
    'name': (('0', 'alice', '1'), None, None),
    'other-digits': (('0', '100000', '\u0661'), None, None),
    'empty-upper': (('', '100000', '1'), None, None),
    'empty-lower': (('0', '', '1'), None, None),
    'empty-count': (('0', '100000', ''), None, None),
    'nothing': (('0', '100000', '0'), None, None),
    'negative-upper': (('-1', '100000', '1'), None, None),
    'negative-lower': (('0', '-1', '1'), None, None),
    'negative-count': (('0', '100000', '-1'), None, None),
    'negative-wraps': (('0', str(-(1 << 32) + 100000), '1'), None, None),
    'negative-wraps-64': (('0', str(-BIG + 100000), '1'), '0 100000 1', None),
    'upper-none': (('4294967295', '100000', '1'), None, None),
    'upper-reaches-none': (('4294967290', '100000', '6'), None, None),
    'upper-wraps': (('4294967295', '100000', '2'), None, None),
    'upper-33-bits': (('4294967296', '100000', '1'), None, None),
    'lower-none': (('0', '4294967295', '1'), None, None),
    'lower-33-bits': (('0', '4295067296', '1'), None, None),
    'lower-wraps': (('0', '4294967295', '100002'), None, None),
    'lower-wraps-64': (('0', str(BIG - 1), '100002'), None, None),
    'lower-65-bits': (('0', str(BIG + 100000), '1'), None, None),
    'count-32-bits': (('0', '100000', '4294967295'), None, None),
    'count-33-bits': (('0', '100000', '4294967296'), None, None),
    'count-wraps-to-one': (('0', '100000', '4294967297'), None, None),
    'count-wraps': (('0', '100000', '4294967196'), None, None),
    'count-wraps-64': (('0', '100000', str(BIG - 100000 + 1)), None, None),
    'count-64-bits': (('0', '100000', str(BIG - 1)), None, None),
    'count-65-bits': (('0', '100000', str(BIG + 1)), None, None),
    'all-ids': (('0', '0', '4294967295'), None, None),
    'all-ids-and-one': (('0', '0', '4294967296'), None, None),
    'huge': (('9' * 5000, '100000', '1'), None, None),
    'huge-count': (('0', '100000', '9' * 100000), None, None),
    'two-of-three': (('0', '100000'), None, None),
    'one-of-three': (('0',), None, None),
    'four': (('0', '100000', '1', '1'), None, None),
    'five': (('0', '100000', '1', '1', '100001'), None, None),
    'second-row-bad': (('0', '100000', '1', '1', '100001', 'x'), None, None),
}


def form(tool, name):
    words, packaged, ours = FORMS[name]

    def case(where):
        target = Target(where)
        wanted = packaged if where.kind == 'packaged' else ours
        if wanted is None:
            refuse(where, target, tool, *words)
            return
        done = where.call(tool, target.pid, *words)
        demand(done.status == 0 and done.err == '', done)
        demand(target.map(tool) == wanted, target.map(tool))
    return case


def wraps_to_foreign(tool):
    """Sums that wrap may not make a range of it that somebody has: rows at both ends."""
    def case(where):
        where.rows('alice:0:10\nalice:4294967286:9\nalice:100000:65536\n')
        target = Target(where)
        for words in ((0, 4294967290, 20), (0, 4294967286, 4294967295), (0, 1, 4294967295),
                      (4294967290, 0, 10), (0, 5, (1 << 32) + 1), (0, (1 << 32) + 1, 5)):
            refuse(where, target, tool, *words)
    return case


# Instead of a pid; in Debian's +N, " N" and 0N are the process N.
NOBODY = ('0', '-1', '4194304', '99999999', '2147483648', '4294967295', '4294967296', str(BIG),
          '9' * 4000, 'self', 'thread-self', '', ' ', '/proc/self', '.', '..', 'self/..',
          '1/../self',
          '1.5', '1e3', 'x', '\n', '-', '--', 'fd', ':', 'pid:1', '%d', '%s%s%n', '$$')


def nobody(tool):
    def case(where):
        for who in NOBODY:
            done = where.call(tool, who, 0, 100000, 1)
            demand(done.status == 1, repr(who), done)
            if where.kind != 'packaged':
                demand(done.err.startswith(f'{tool}: ') and done.err.endswith('\n'), done)
                demand(len(done.err) < 1000, 'a long message', len(done.err))
                demand(all(c.isprintable() or c == '\n' for c in done.err), repr(done.err))
    return case


def pid_forms(tool):
    """A pid in a form that is not quite one: nothing, or that process; never another one."""
    def case(where):
        target = Target(where)
        for who in (f'{target.pid} ', f'{target.pid}x', f'0x{target.pid:x}', f'{target.pid}.0',
                    f'{target.pid + (1 << 32)}', f'{target.pid + (1 << 64)}', f'-{target.pid}',
                    f'{target.pid}/', f'../{target.pid}', f'{target.pid}\n'):
            refuse(where, target, tool, 0, 100000, 1, who=who)
    return case


def pid_prefix(tool):
    """Only a run of digits is a pid."""
    def case(where):
        target = Target(where)
        for who in (f'+{target.pid}', f' {target.pid}', f'\t{target.pid}'):
            if where.kind == 'packaged':
                return
            refuse(where, target, tool, 0, 100000, 1, who=who)
    return case


def own_pid(tool):
    """The tool's own process, which it may be told by a shell that runs it with exec."""
    def case(where):
        done = where.finish(where.start(
            ['sh', '-c', f'exec {tool} $$ 0 100000 1'], path='/bin/sh'))
        demand(done.status == 1, done)
        one_line(where, done, None)
    return case


def no_words(tool):
    def case(where):
        done = where.call(tool)
        demand(done.status == 1 and 'usage' in done.err.lower(), done)
        one_line(where, done, None)
    return case


def only_pid(tool):
    """A process and no range: nothing is written.  Trixie's newuidmap calls it good."""
    def case(where):
        target = Target(where)
        done = where.call(tool, target.pid)
        demand(target.maps()[:2] == UNTOUCHED[:2], target.maps())
        if where.kind != 'packaged':
            demand(done.status == 1 and target.maps() == UNTOUCHED, done)
            one_line(where, done, None)
    return case


def help_text(tool):
    def case(where):
        for word in ('-h', '--help'):
            done = where.call(tool, word)
            demand(done.status == 0 and done.err == '' and '--check' in done.out, done)
            demand(all(len(line) <= 100 for line in done.out.splitlines()), done.out)
    return case


def options(tool):
    def case(where):
        target = Target(where)
        for words in (('--nosuch', target.pid, 0, 100000, 1), ('-x', target.pid, 0, 100000, 1),
                      ('--check=1', target.pid, 0, 100000, 1), ('--root', '/', target.pid, 0,
                                                                100000, 1),
                      ('--prefix', '/tmp', target.pid, 0, 100000, 1)):
            refuse(where, target, tool, *words[1:], who=words[0])
    return case


def many_words(tool):
    """More words than a map has room for: an answer, and soon."""
    def case(where):
        target = Target(where)
        refuse(where, target, tool, *([0, 100000, 1] * 20000))
        refuse(where, target, tool, *([0, 100000, 1] * 20000 + [0]))
        refuse(where, target, tool, *([''] * 60000))
    return case


CASES = [(f'{name}-{tool}', form(tool, name), ALL) for name in FORMS
         for tool in ('newuidmap', 'newgidmap')]
CASES += [case for function in (wraps_to_foreign, nobody, pid_forms, own_pid, no_words, only_pid,
                                many_words)
          for case in each(function)]
CASES += [case for function in (pid_prefix, help_text, options)
          for case in each(function, ('setuid', 'fcaps'))]
