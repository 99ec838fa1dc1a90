/* SPDX-License-Identifier: BSD-3-Clause */
/* Users by name and by uid: of the running system by NSS, of another root by its passwd. */
#include "subid_source_private.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"

/* For one entry. */
#define ENTRY_SIZE_MAX ((size_t)1024 * 1024)

/* Of the user who has the name, or else the uid. */
struct lookup {
	const char *name; /* NULL: by uid */
	uid_t uid;
	uid_t found_uid;
	char *found_name; /* room for SUBID_OWNER_MAX and a NUL; NULL: not wanted */
	bool found;
};

static void take_entry(struct lookup *l, const struct passwd *pw)
{
	size_t n = strlen(pw->pw_name);

	l->found = true;
	l->found_uid = pw->pw_uid;
	if (l->found_name && n <= SUBID_OWNER_MAX)
		memcpy(l->found_name, pw->pw_name, n + 1);
}

/* Errors of which the answer "nobody" would be a guess. */
static bool is_failure(int error)
{
	return error == EIO || error == ENOMEM || error == EMFILE || error == ENFILE ||
	       error == ERANGE;
}

static int ask_system(struct lookup *l)
{
	struct passwd pw, *found;
	size_t size = 1024;
	char *buffer = NULL;
	int error;

	do {
		free(buffer);
		size *= 4;
		buffer = malloc(size);
		found = NULL;
		if (!buffer)
			return ENOMEM;
		error = l->name ? getpwnam_r(l->name, &pw, buffer, size, &found)
				: getpwuid_r(l->uid, &pw, buffer, size, &found);
	} while (error == EINTR || (error == ERANGE && size < ENTRY_SIZE_MAX));
	if (found)
		take_entry(l, found);
	free(buffer);
	return found || !is_failure(error) ? 0 : error;
}

/* Names and uids alone: the columns of a line are not copied. */
static int take_users(void *context, struct str lines)
{
	struct str line, columns[SCHEMA_COLUMNS_MAX];
	struct lookup *l = context;
	uint32_t uid;

	while (!l->found && str_next(&lines, '\n', &line)) {
		if (schema_split(TABLE_PASSWD, line, columns) == 0 ||
		    columns[PW_NAME].n > SUBID_OWNER_MAX ||
		    !schema_id(columns[PW_UID], &uid) ||
		    !(l->name ? str_is(columns[PW_NAME], l->name) : uid == l->uid))
			continue;
		l->found = true;
		l->found_uid = uid;
		if (l->found_name) {
			memcpy(l->found_name, columns[PW_NAME].p, columns[PW_NAME].n);
			l->found_name[columns[PW_NAME].n] = '\0';
		}
	}
	return l->found ? -1 : 0;
}

static int look_up(struct lookup *l, const char *prefix, struct err *e)
{
	int error = 0;

	if (*prefix)
		error = subid_file_lines(prefix, "/etc/passwd", take_users, l) < 0 ? errno : 0;
	else
		error = ask_system(l);
	if (error == 0)
		return l->found;
	errno = error;
	if (*prefix)
		return err_sys(e, ERR_IO, "cannot read %s/etc/passwd", prefix);
	return err_sys(e, ERR_IO, "cannot look up the user");
}

int subid_uid_of(const char *prefix, const char *name, uid_t *ret, struct err *e)
{
	struct lookup l = { .name = name };
	int r = look_up(&l, prefix, e);

	if (r > 0)
		*ret = l.found_uid;
	return r;
}

bool subid_is_number(struct str text, uid_t *ret)
{
	uint64_t value;

	if (!str_decimal(text, SCHEMA_ID_MAX, &value) || (text.n > 1 && *text.p == '0'))
		return false;
	*ret = (uid_t)value;
	return true;
}

static int who_by_number(struct subid_who *who, const char *prefix, uid_t uid, struct err *e)
{
	struct lookup l = { .uid = uid, .found_name = who->name };

	who->known = true;
	snprintf(who->number, sizeof(who->number), "%lu", (unsigned long)uid);
	if (look_up(&l, prefix, e) < 0)
		return -1;
	who->by[0] = who->number;
	if (l.found && strcmp(who->name, who->number) != 0)
		who->by[1] = who->name;
	return 0;
}

int subid_who_get(struct subid_who *ret, const char *prefix, const char *owner, struct err *e)
{
	size_t n = strlen(owner);
	uint64_t number;
	uid_t uid;
	int r;

	*ret = (struct subid_who){ .by = { ret->name, "" } };
	/* No row can bear it, and no user. */
	if (n == 0 || n > SUBID_OWNER_MAX || strpbrk(owner, ":\n"))
		return err_set(e, ERR_UNKNOWN, "there is no such user");
	r = subid_uid_of(prefix, owner, &uid, e);
	if (r < 0)
		return -1;
	if (r == 0 && str_decimal(str_of(owner), SCHEMA_ID_MAX, &number))
		return who_by_number(ret, prefix, (uid_t)number, e);
	memcpy(ret->name, owner, n + 1);
	if (r > 0) {
		ret->known = true;
		snprintf(ret->number, sizeof(ret->number), "%lu", (unsigned long)uid);
		if (strcmp(ret->name, ret->number) != 0)
			ret->by[1] = ret->number;
	}
	return 0;
}
