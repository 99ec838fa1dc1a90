# SPDX-License-Identifier: BSD-3-Clause
"""Sub-ids by a plug-in that nsswitch.conf names: its answer, and what is nobody's to grant."""
import os
import subprocess

from granted import each, grant, refuse
from place import GIDMAP, Target, demand

PLUGIN = r'''
#include <stdbool.h>
#include <string.h>

/* alice has 500000-500999; bob is not known; the source of carol is out of reach. */
int shadow_subid_has_range(const char *owner, unsigned long start, unsigned long count, int type,
                           bool *result)
{
	(void)type;
	*result = strcmp(owner, "alice") == 0 && start >= 500000 && start + count <= 501000;
	return strcmp(owner, "bob") == 0 ? 1 : strcmp(owner, "carol") == 0 ? 2 : 0;
}

int shadow_subid_list_owner_ranges(const char *owner, int type, void **ranges, int *count)
{
	(void)owner, (void)type, *ranges = 0, *count = 0;
	return 0;
}

int shadow_subid_find_subid_owners(unsigned long id, int type, unsigned **uids, int *count)
{
	(void)id, (void)type, *uids = 0, *count = 0;
	return 0;
}
'''


def lay(where):
    """Root put it there: the linker's cache has it, which is heeded with bits, too."""
    plug = f'{where.dir}/srv/plug'
    where.write('/srv/plug.c', PLUGIN)
    os.mkdir(plug)
    subprocess.run(['gcc', '-shared', '-fPIC', '-o', f'{plug}/libsubid_probe.so',
                    f'{where.dir}/srv/plug.c'], check=True)
    where.write('/etc/ld.so.conf', '/srv/plug\n')
    done = where.call('ldconfig', '-X', user='root', path='/sbin/ldconfig')
    demand(done.status == 0, done)
    with open(f'{where.dir}/etc/nsswitch.conf', 'a', encoding='utf-8') as file:
        file.write('subid: probe\n')


def answers(tool):
    """It alone is asked, not the files."""
    def case(where):
        lay(where)
        grant(where, Target(where), tool, 0, 500000, 1000)
        grant(where, Target(where), tool, 0, 1000, 1, 1, 500000, 1)
        refuse(where, Target(where), tool, 0, 500001, 1000, says='nsswitch.conf')
        refuse(where, Target(where), tool, 0, 100000, 1, says='nsswitch.conf')
    return case


def own_id(tool):
    """One's own id needs no grant: also where the plug-in does not know him, or cannot tell."""
    def case(where):
        lay(where)
        for user, own in (('alice', 1000), ('bob', 1001), ('carol', 1002)):
            target = Target(where, user)
            grant(where, target, tool, 0, own, 1, user=user)
            demand(target.setgroups() == ('deny' if tool == GIDMAP else 'allow'),
                   target.setgroups())
    return case


def unknown_user(tool):
    """Of whom it does not know nothing else is granted, and the message says which range."""
    def case(where):
        lay(where)
        refuse(where, Target(where, 'bob'), tool, 0, 500000, 1, user='bob', says='500000')
        refuse(where, Target(where, 'bob'), tool, 0, 1001, 1, 1, 165536, 1, user='bob',
               says='165536')
    return case


def out_of_reach(tool):
    """That it cannot tell is no grant, and is said."""
    def case(where):
        lay(where)
        refuse(where, Target(where, 'carol'), tool, 0, 500000, 1, user='carol', says='reach')
    return case


CASES = [case for function in (answers, own_id, unknown_user, out_of_reach)
         for case in each(function)]
