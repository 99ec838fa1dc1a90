/* SPDX-License-Identifier: BSD-3-Clause */
/* All that a program is compiled with from the header: the same from Debian's and from ours. */
#include <shadow/subid.h>

#include <stddef.h>

#define TEXT(x) #x
#define VALUE(x) TEXT(x)
#define FIELD(type, field) printf(TEXT(type) "." TEXT(field) " %zu %zu\n", \
				  offsetof(struct type, field), sizeof(((struct type *)0)->field))
#define NUMBER(x) printf(TEXT(x) " %d\n", (int)(x))
/* An initializer of another type does not compile. */
#define FUNCTION(type, name) { type = name; printf(TEXT(name) "\n"); (void)p; }

int main(void)
{
	printf("%zu %zu\n", sizeof(struct subid_range), sizeof(struct subordinate_range));
	FIELD(subid_range, start);
	FIELD(subid_range, count);
	FIELD(subordinate_range, owner);
	FIELD(subordinate_range, start);
	FIELD(subordinate_range, count);
	NUMBER(ID_TYPE_UID);
	NUMBER(ID_TYPE_GID);
	NUMBER(SUBID_STATUS_SUCCESS);
	NUMBER(SUBID_STATUS_UNKNOWN_USER);
	NUMBER(SUBID_STATUS_ERROR_CONN);
	NUMBER(SUBID_STATUS_ERROR);
	NUMBER(SUBID_ABI_MAJOR);
	NUMBER(SUBID_ABI_MINOR);
	NUMBER(SUBID_ABI_MICRO);
	NUMBER(SUBID_NFIELDS);
	NUMBER(sizeof(enum subid_type));
	NUMBER(sizeof(enum subid_status));
	printf("%s\n", VALUE(SUBID_ABI_VERSION));
	FUNCTION(bool (*p)(const char *, FILE *), subid_init);
	FUNCTION(int (*p)(const char *, struct subid_range **), subid_get_uid_ranges);
	FUNCTION(int (*p)(const char *, struct subid_range **), subid_get_gid_ranges);
	FUNCTION(int (*p)(uid_t, uid_t **), subid_get_uid_owners);
	FUNCTION(int (*p)(gid_t, uid_t **), subid_get_gid_owners);
	FUNCTION(bool (*p)(struct subordinate_range *, bool), subid_grant_uid_range);
	FUNCTION(bool (*p)(struct subordinate_range *, bool), subid_grant_gid_range);
	FUNCTION(bool (*p)(struct subordinate_range *), subid_ungrant_uid_range);
	FUNCTION(bool (*p)(struct subordinate_range *), subid_ungrant_gid_range);
#if SUBID_ABI_MAJOR >= 5
	FUNCTION(void (*p)(void *), subid_free);
#endif
	return 0;
}
