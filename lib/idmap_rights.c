/* SPDX-License-Identifier: BSD-3-Clause */
#include "idmap_rights.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) (1ULL << (capability))

static unsigned long long bits(const struct idmap_rights *r, unsigned wanted)
{
	unsigned long long set = 0;

	if (wanted & IDMAP_RIGHT_MAP)
		set |= r->table == SUBID_UIDS ? BIT(CAP_SETUID) : BIT(CAP_SETGID);
	if (wanted & IDMAP_RIGHT_ZERO)
		set |= BIT(CAP_SETFCAP);
	if (wanted & IDMAP_RIGHT_READ)
		set |= BIT(CAP_DAC_READ_SEARCH);
	return set & r->permitted;
}

/* By the system calls: nothing that a library could add is needed. */
static int get(unsigned long long *ret_permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, data) < 0)
		return -1;
	*ret_permitted = data[0].permitted | (unsigned long long)data[1].permitted << 32;
	return 0;
}

static int set(unsigned long long permitted, unsigned long long effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .permitted = (unsigned)permitted, .effective = (unsigned)effective },
		{ .permitted = (unsigned)(permitted >> 32),
		  .effective = (unsigned)(effective >> 32) },
	};

	return (int)syscall(SYS_capset, &header, data);
}

int idmap_rights_begin(struct idmap_rights *ret, enum subid_table table, uid_t uid,
		       struct err *e)
{
	unsigned long long have;

	if (get(&have) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot read the capabilities");
	*ret = (struct idmap_rights){ .table = table, .permitted = have };
	ret->permitted = bits(ret, IDMAP_RIGHT_MAP | IDMAP_RIGHT_ZERO | IDMAP_RIGHT_READ);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresuid(uid, uid, uid) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot change the user ID");
	/* A caller who is root has no other ids to change to: his capabilities go here. */
	if (set(ret->permitted, 0) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot give up capabilities");
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	/* Who has more rights than his caller is not for him to look into; see caller.c. */
	if (ret->permitted != 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (get(&have) < 0 || have != ret->permitted)
		return err_set(e, ERR_PERMISSION, "cannot give up capabilities");
	return 0;
}

int idmap_rights_raise(const struct idmap_rights *r, unsigned wanted, struct err *e)
{
	if (set(r->permitted, bits(r, wanted)) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot raise capabilities");
	return 0;
}

int idmap_rights_lower(const struct idmap_rights *r, struct err *e)
{
	if (set(r->permitted, 0) < 0)
		return err_sys(e, ERR_PERMISSION, "cannot lower capabilities");
	return 0;
}

bool idmap_rights_has(const struct idmap_rights *r, enum idmap_right right)
{
	return bits(r, right) != 0;
}
