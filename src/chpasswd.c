/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chpasswd, chgpasswd - change the passwords of many users, of many groups.
 */
#include <string.h>
#include <unistd.h>

#include "flush.h"
#include "json.h"
#include "pairs.h"
#include "password.h"
#include "self.h"
#include "text.h"

struct chpasswd {
	const char *method, *rounds;
	bool encrypted, md5, no_pam;
	enum pairs_of of;
};

#define USER_TABLES (TABLE_BIT(TABLE_PASSWD) | TABLE_BIT(TABLE_SHADOW))
#define GROUP_TABLES (TABLE_BIT(TABLE_GROUP) | TABLE_BIT(TABLE_GSHADOW))

#define AT(member) offsetof(struct chpasswd, member)

#define HASH_OPTIONS \
	{ 'c', "crypt-method", "METHOD", \
	  "hash with SHA512, SHA256, YESCRYPT, BCRYPT, MD5 or DES, or keep in clear: NONE", \
	  OPT_STRING, AT(method) }, \
	{ 'e', "encrypted", NULL, N_("the passwords given are hashes"), OPT_FLAG, AT(encrypted) }, \
	{ 'm', "md5", NULL, N_("as -c MD5"), OPT_FLAG, AT(md5) }, \
	{ 's', "sha-rounds", "ROUNDS", N_("how often to hash, with -c"), OPT_STRING, AT(rounds) }

static const struct opt chpasswd_opts[] = {
	HASH_OPTIONS,
	{ 0, "no-pam", NULL,
	  N_("hash here, as login.defs says, not in PAM"), OPT_FLAG, AT(no_pam) },
	{ 0 }
};

static const struct opt chgpasswd_opts[] = {
	HASH_OPTIONS,
	{ 0 }
};

static int check_options(struct run *run, struct chpasswd *o)
{
	if ((o->method != NULL) + o->encrypted + o->md5 > 1)
		return err_set(&run->err, ERR_USAGE, "the -c, -e, and -m flags are exclusive");
	if (o->rounds && !o->method)
		return err_set(&run->err, ERR_USAGE, "-s flag is only allowed with the -c flag");
	if (o->md5)
		o->method = "MD5";
	return 0;
}

/* As pairs_choose_pam has it. */
static int choose_pam(struct run *run, const struct chpasswd *o)
{
	if (o->of != PAIRS_USERS || o->encrypted || o->method || o->no_pam)
		return 0;
	return pairs_choose_pam(run, "chpasswd");
}

static void print_names(const struct pairs *p, bool changed)
{
	const char *between = "";
	size_t i;

	for (i = 0; i < p->count; i++) {
		if (p->items[i].wrong == changed || !p->items[i].name)
			continue;
		fputs(between, stdout);
		json_string(stdout, p->items[i].name);
		between = ",";
	}
}

static void print_json(const struct pairs *p)
{
	fputs("{\"changed\":[", stdout);
	print_names(p, true);
	fputs("],\"unchanged\":[", stdout);
	print_names(p, false);
	fputs("]}\n", stdout);
}

/* --- with PAM: each line by itself --- */

static void look_up(struct run *run, struct pairs *p)
{
	uid_t uid;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!p->items[i].wrong && !self_find(p->items[i].name, &uid))
			pairs_unknown(run, p, &p->items[i]);
}

static void show_plan(struct run *run, const struct pairs *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (!p->items[i].wrong)
			run_show(arena_printf(&run->arena, "%s: PAM changes the password\n",
					      str_visible(&run->arena, p->items[i].name)));
}

static int change_by_pam(struct run *run, struct pairs *p)
{
	if (run_permit(run) < 0)
		return -1;
	if (!run->opt.local)
		look_up(run, p);
	else if (run_look(run, USER_TABLES, pairs_look, p) < 0)
		return -1;
	if (run->opt.dry_run)
		show_plan(run, p);
	else
		pairs_set_by_pam(run, p, "chpasswd", stderr);
	run->status = p->wrong_lines > 0;
	return 0;
}

/* --- without: all or nothing --- */

static int change_rows(struct run *run, const struct chpasswd *o, struct pairs *p)
{
	unsigned tables = o->of == PAIRS_USERS ? USER_TABLES : GROUP_TABLES;
	struct pwhash_method method;

	/* Nothing is hashed in vain, nor while the files are locked. */
	if (!o->encrypted &&
	    (password_method(run, o->method, o->rounds, &method) < 0 ||
	     run_look(run, tables, pairs_look, p) < 0 || pairs_check(run, p) < 0 ||
	     pairs_hash(run, p, &method) < 0))
		return -1;
	return run_transaction(run, tables, pairs_set, p);
}

static int work(struct run *run, void *options, const char *const *operands)
{
	_cleanup_pairs_ struct pairs pairs = { .count = 0 };
	struct chpasswd *o = options;
	struct pwhash_method method;
	int pam;

	/* As ever: what stands after the options is not looked at. */
	(void)operands;
	if (check_options(run, o) < 0 ||
	    (o->method && password_method(run, o->method, o->rounds, &method) < 0))
		return -1;
	pam = choose_pam(run, o);
	pairs.of = o->of;
	pairs.encrypted = o->encrypted;
	if (pam < 0 || pairs_read(run, STDIN_FILENO, &pairs) < 0)
		return -1;
	if (pairs.count == 0)
		return 0;
	if ((pam ? change_by_pam(run, &pairs) : change_rows(run, o, &pairs)) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	if (run->opt.json)
		print_json(&pairs);
	flush_caches(run, o->of == PAIRS_USERS ? FLUSH_USERS : FLUSH_GROUPS);
	return 0;
}

#define COMMON_PARTS \
	.synopsis = N_("[options]"), \
	.permission = "passwd", \
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 3 }, \
	.work = work

static const struct tool chpasswd_tool = {
	.name = "chpasswd",
	.summary = N_("Read lines USER:PASSWORD and change these users' passwords."),
	.options = chpasswd_opts,
	COMMON_PARTS,
};

static const struct tool chgpasswd_tool = {
	.name = "chgpasswd",
	.summary = N_("Read lines GROUP:PASSWORD and change these groups' passwords."),
	.options = chgpasswd_opts,
	COMMON_PARTS,
};

int main(int argc, char **argv)
{
	bool groups = run_called(argc, argv, chgpasswd_tool.name);
	struct chpasswd o = { .of = groups ? PAIRS_GROUPS : PAIRS_USERS };

	return run_main(groups ? &chgpasswd_tool : &chpasswd_tool, &o, argc, argv);
}
