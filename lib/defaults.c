/* SPDX-License-Identifier: BSD-3-Clause */
#include "defaults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "day.h"
#include "group.h"
#include "json.h"
#include "name.h"
#include "profile.h"
#include "text.h"
#include "user.h"

static const char *const paths[] = {
	DEFAULTS_PATH,
	"/run/default/useradd",
	"/usr/etc/default/useradd",
	"/usr/lib/default/useradd",
};

static const char *const names[DEFAULTS_KEYS] = {
	[DEFAULTS_GROUP] = "GROUP",
	[DEFAULTS_GROUPS] = "GROUPS",
	[DEFAULTS_HOME] = "HOME",
	[DEFAULTS_INACTIVE] = "INACTIVE",
	[DEFAULTS_EXPIRE] = "EXPIRE",
	[DEFAULTS_SHELL] = "SHELL",
	[DEFAULTS_SKEL] = "SKEL",
	[DEFAULTS_USRSKEL] = "USRSKEL",
	[DEFAULTS_CREATE_MAIL_SPOOL] = "CREATE_MAIL_SPOOL",
	[DEFAULTS_LOG_INIT] = "LOG_INIT",
	[DEFAULTS_BTRFS_HOME] = "BTRFS_SUBVOLUME_HOME",
	[DEFAULTS_BTRFS_SYSTEM] = "BTRFS_SUBVOLUME_SYSTEM",
};

const char *defaults_key_name(enum defaults_key key)
{
	const struct profile *p = profile_get();

	if (!p->defaults_groups && (key == DEFAULTS_GROUPS || key == DEFAULTS_USRSKEL))
		return NULL;
	if (!p->defaults_btrfs && (key == DEFAULTS_BTRFS_HOME || key == DEFAULTS_BTRFS_SYSTEM))
		return NULL;
	return names[key];
}

enum defaults_key defaults_parse_line(struct str line, struct str *ret_value)
{
	const char *equals = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;
	struct str key;
	int i;

	if (!equals)
		return DEFAULTS_KEYS;
	key = (struct str){ line.p, (size_t)(equals - line.p) };
	for (i = 0; i < DEFAULTS_KEYS; i++) {
		const char *name = defaults_key_name((enum defaults_key)i);

		if (name && str_is(key, name)) {
			*ret_value = (struct str){ equals + 1, line.n - key.n - 1 };
			return (enum defaults_key)i;
		}
	}
	return DEFAULTS_KEYS;
}

static struct defaults built_in(void)
{
	const struct profile *p = profile_get();
	struct defaults d = {
		.value = {
			[DEFAULTS_GROUP] = "100",
			[DEFAULTS_GROUPS] = "",
			[DEFAULTS_HOME] = "/home",
			[DEFAULTS_INACTIVE] = "-1",
			[DEFAULTS_EXPIRE] = "",
			[DEFAULTS_SHELL] = p->shell,
			[DEFAULTS_SKEL] = "/etc/skel",
			[DEFAULTS_USRSKEL] = "/usr/etc/skel",
			[DEFAULTS_CREATE_MAIL_SPOOL] = p->create_mail_spool ? "yes" : "no",
			[DEFAULTS_LOG_INIT] = "yes",
			[DEFAULTS_BTRFS_HOME] = "no",
			[DEFAULTS_BTRFS_SYSTEM] = "no",
		},
	};

	return d;
}

/* A value that names groups, looked up as they stand now: useradd asks again under the lock. */
struct wish {
	const char *value;
	const char *good; /* what is left of it */
};

static int look_at_group(struct run *run, struct txn *txn, void *context)
{
	struct wish *w = context;
	gid_t gid;

	if (group_gid(run, txn, w->value, &gid) < 0)
		return -1;
	w->good = arena_printf(&run->arena, "%lu", (unsigned long)gid);
	return 0;
}

/* Those that do not exist go, each with a note. */
static int look_at_groups(struct run *run, struct txn *txn, void *context)
{
	struct wish *w = context;
	struct str rest = str_of(w->value), item, good = { "", 0 };
	bool bad = false;
	gid_t gid;

	while (rest.n > 0 && str_next(&rest, ',', &item)) {
		if (group_gid(run, txn, str_dup(&run->arena, item), &gid) == 0) {
			good = str_list_add(&run->arena, good, item);
			continue;
		}
		note_say(&run->note, "%s", run->err.message);
		err_clear(&run->err);
		bad = true;
	}
	if (bad)
		note_say(&run->note, "the 'GROUPS=' configuration in %s has an invalid group, "
				     "ignoring the bad group",
			 root_show(&run->root, &run->arena, DEFAULTS_PATH));
	w->good = str_dup(&run->arena, good);
	return 0;
}

static int set_groups(struct run *run, const char *value,
		      int (*look)(struct run *run, struct txn *txn, void *context),
		      const char **ret)
{
	struct wish w = { value, NULL };

	if (run_look(run, TABLE_BIT(TABLE_GROUP), look, &w) < 0)
		return -1;
	*ret = w.good;
	return 0;
}

static int set_inactive(struct run *run, const char *value, const char **ret)
{
	long days;

	if (!user_parse_days(value, &days))
		return err_set(&run->err, ERR_ARGUMENT, "invalid numeric argument '%s'", value);
	*ret = arena_printf(&run->arena, "%ld", days);
	return 0;
}

static int check(struct run *run, enum defaults_key key, const char *value, const char **ret)
{
	long day;

	*ret = arena_strdup(&run->arena, value);
	switch (key) {
	case DEFAULTS_GROUP:
		return set_groups(run, value, look_at_group, ret);
	case DEFAULTS_GROUPS:
		return set_groups(run, value, look_at_groups, ret);
	case DEFAULTS_INACTIVE:
		return set_inactive(run, value, ret);
	case DEFAULTS_EXPIRE:
		return day_parse(value, &day) ? 0 :
			       err_set(&run->err, ERR_ARGUMENT, "invalid date '%s'", value);
	case DEFAULTS_HOME:
		return name_check_field(NAME_FIELD_PATH, N_("base directory"), value, &run->err);
	case DEFAULTS_SHELL:
		return name_check_field(NAME_FIELD_SHELL, N_("shell"), value, &run->err);
	case DEFAULTS_SKEL:
	case DEFAULTS_USRSKEL:
		return name_check_field(NAME_FIELD_PATH, N_("skeleton directory"), value,
					&run->err);
	default:
		return name_check_field(NAME_FIELD_TEXT, N_("field"), value, &run->err);
	}
}

static bool is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0;
}

/* Fills what is for use from the values. */
static void settle(struct defaults *d)
{
	d->group = d->value[DEFAULTS_GROUP];
	d->groups = d->value[DEFAULTS_GROUPS][0] ? d->value[DEFAULTS_GROUPS] : NULL;
	d->home = d->value[DEFAULTS_HOME];
	d->inactive = strtol(d->value[DEFAULTS_INACTIVE], NULL, 10);
	d->expire = d->value[DEFAULTS_EXPIRE];
	d->shell = d->value[DEFAULTS_SHELL];
	d->skel = d->value[DEFAULTS_SKEL];
	d->usrskel = defaults_key_name(DEFAULTS_USRSKEL) ? d->value[DEFAULTS_USRSKEL] : NULL;
	d->create_mail_spool = is_yes(d->value[DEFAULTS_CREATE_MAIL_SPOOL]);
	d->log_init = is_yes(d->value[DEFAULTS_LOG_INIT]);
	d->btrfs_home = is_yes(d->value[DEFAULTS_BTRFS_HOME]);
	d->btrfs_system = is_yes(d->value[DEFAULTS_BTRFS_SYSTEM]);
}

int defaults_set(struct run *run, struct defaults *d, enum defaults_key key, const char *value)
{
	const char *good;

	if (check(run, key, value, &good) < 0)
		return -1;
	d->value[key] = good;
	settle(d);
	return 0;
}

/* Empty means the built-in value, but for those that may be empty. */
static bool may_be_empty(enum defaults_key key)
{
	return key == DEFAULTS_GROUP || key == DEFAULTS_GROUPS || key == DEFAULTS_INACTIVE ||
	       key == DEFAULTS_EXPIRE || key == DEFAULTS_SHELL;
}

static int take(struct run *run, struct defaults *d, enum defaults_key key, struct str value,
		const char *path)
{
	const char *text;

	if (value.n > 0 && value.p[value.n - 1] == '\r')
		value.n--;
	text = str_dup(&run->arena, value);
	if (text[0] == '\0' && !may_be_empty(key))
		return 0;
	/* What is built in needs no check: the usual file costs no look at the groups. */
	if (strcmp(text, d->value[key]) == 0 || defaults_set(run, d, key, text) == 0)
		return 0;
	if (run->err.kind != ERR_ARGUMENT && run->err.kind != ERR_UNKNOWN)
		return -1;
	note_say(&run->note, "%s", run->err.message);
	note_say(&run->note, "the %s= configuration in %s will be ignored", names[key],
		 root_show(&run->root, &run->arena, path));
	err_clear(&run->err);
	return 0;
}

static int parse(struct run *run, struct defaults *d, struct str text, const char *path)
{
	struct str value[DEFAULTS_KEYS] = { { NULL, 0 } }, line, item;
	enum defaults_key key;
	int i;

	while (str_next(&text, '\n', &line)) {
		key = defaults_parse_line(line, &item);
		if (key != DEFAULTS_KEYS)
			value[key] = item;
	}
	for (i = 0; i < DEFAULTS_KEYS; i++)
		if (value[i].p && take(run, d, (enum defaults_key)i, value[i], path) < 0)
			return -1;
	return 0;
}

int defaults_load(struct run *run, struct defaults *ret)
{
	struct defaults d = built_in();
	struct str text;
	size_t i;

	settle(&d);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (root_read(&run->root, paths[i], DEFAULTS_SIZE_MAX, &run->arena, &text) == 0) {
			if (parse(run, &d, text, paths[i]) < 0)
				return -1;
			break;
		}
		if (errno == EINVAL)
			break;
		if (errno != ENOENT && errno != ENOTDIR)
			return err_sys(&run->err, ERR_IO, "cannot read %s",
				       root_show(&run->root, &run->arena, paths[i]));
	}
	*ret = d;
	return 0;
}

void defaults_print_json(const struct defaults *d, FILE *out)
{
	bool first = true;
	int i;

	putc('{', out);
	for (i = 0; i < DEFAULTS_KEYS; i++) {
		const char *name = defaults_key_name((enum defaults_key)i);

		if (!name)
			continue;
		json_member(out, first, name, d->value[i]);
		first = false;
	}
	fputs("}\n", out);
}

void defaults_print(const struct defaults *d, FILE *out)
{
	int i;

	for (i = 0; i < DEFAULTS_KEYS; i++) {
		const char *name = defaults_key_name((enum defaults_key)i);

		if (name)
			fprintf(out, "%s=%s\n", name, d->value[i]);
	}
}
