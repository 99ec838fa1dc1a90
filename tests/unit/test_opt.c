/* SPDX-License-Identifier: BSD-3-Clause */
#include "opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "str.h"

struct own {
	const char *gid, *home;
	bool force, badname, restricted;
	struct opt_list keys;
};

struct common {
	const char *root;
	bool no_backup;
};

static const struct opt own_opts[] = {
	{ 'f', "force", NULL, "succeed if the group exists", OPT_FLAG,
	  offsetof(struct own, force) },
	{ 'g', "gid", "GID", "use GID for the new group", OPT_STRING, offsetof(struct own, gid) },
	{ 'b', "badname", NULL, "take any name", OPT_FLAG, offsetof(struct own, badname) },
	{ 0, "badnames", NULL, NULL, OPT_FLAG, offsetof(struct own, badname) },
	{ 'K', "key", "KEY=VALUE", "override login.defs", OPT_LIST, offsetof(struct own, keys) },
	{ 'R', "restrict", NULL, "only members may enter, which is one of the longer texts here",
	  OPT_FLAG, offsetof(struct own, restricted) },
	{ 0, "a-very-long-option-name", "VALUE", "beside it is no room", OPT_STRING,
	  offsetof(struct own, home) },
	{ 0 },
};

static const struct opt common_opts[] = {
	{ 'h', "help", NULL, "display this help message and exit", OPT_HELP, 0 },
	{ 'R', "root", "DIR", "directory to work in", OPT_STRING, offsetof(struct common, root) },
	{ 0, "no-backup", NULL, "leave no backup", OPT_FLAG, offsetof(struct common, no_backup) },
	{ 0 },
};

#define ARGS_MAX 8

/* What is left in the structs, as text: "f", "b", "r" flags, values, operands. */
static const struct {
	const char *args[ARGS_MAX];
	const char *expected; /* NULL: an error */
	const char *message;
} cases[] = {
	{ { NULL }, "", NULL },
	{ { "joe" }, " joe", NULL },
	{ { "-f", "joe", "-b" }, "fb joe", NULL },
	{ { "joe", "-fb", "ann" }, "fb joe ann", NULL },
	{ { "-fg5" }, "f gid=5", NULL },
	{ { "-g", "5", "-g", "6" }, " gid=6", NULL },
	{ { "--gid=", "joe" }, " gid= joe", NULL },
	{ { "--gi", "7" }, " gid=7", NULL },
	{ { "--badna" }, "b", NULL },
	{ { "--badnames" }, "b", NULL },
	{ { "-K", "A=1", "--key=B=2", "-KC" }, " key=A=1 key=B=2 key=C", NULL },
	{ { "-R", "--root", "/x" }, "r root=/x", NULL },
	{ { "--no-b" }, "n", NULL },
	{ { "--", "-f" }, " -f", NULL },
	{ { "-", "-f" }, "f -", NULL },
	{ { "-h", "--nonsense" }, "help", NULL },
	{ { "--he" }, "help", NULL },
	{ { "--nonsense", "-h" }, NULL, "unrecognized option '--nonsense'" },
	{ { "--nonsense=5" }, NULL, "unrecognized option '--nonsense=5'" },
	{ { "-q" }, NULL, "invalid option -- 'q'" },
	{ { "-fq" }, NULL, "invalid option -- 'q'" },
	{ { "joe", "-g" }, NULL, "option requires an argument -- 'g'" },
	{ { "joe", "--gi" }, NULL, "option '--gid' requires an argument" },
	{ { "--forc=yes" }, NULL, "option '--force' doesn't allow an argument" },
	{ { "--r" }, NULL, "option '--r' is ambiguous; possibilities: '--restrict' '--root'" },
	{ { "--r=1" }, NULL, "option '--r=1' is ambiguous; possibilities: '--restrict' '--root'" },
};

static char *as_text(const struct own *own, const struct common *common, bool help,
		     const char *const *operands, struct arena *a)
{
	char *text = arena_printf(a, "%s%s%s%s", own->force ? "f" : "", own->badname ? "b" : "",
				  own->restricted ? "r" : "", common->no_backup ? "n" : "");
	size_t i;

	if (help)
		return arena_printf(a, "%shelp", text);
	if (own->gid)
		text = arena_printf(a, "%s gid=%s", text, own->gid);
	if (common->root)
		text = arena_printf(a, "%s root=%s", text, common->root);
	for (i = 0; i < own->keys.count; i++)
		text = arena_printf(a, "%s key=%s", text, own->keys.items[i]);
	for (; *operands; operands++)
		text = arena_printf(a, "%s %s", text, *operands);
	return text;
}

static void command_lines_are_parsed(void **state)
{
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct own own = { 0 };
		struct common common = { 0 };
		struct opt_group groups[] = {
			{ own_opts, &own }, { common_opts, &common }, { NULL, NULL }
		};
		const char *const *operands = NULL;
		struct err e = { .kind = ERR_NONE };
		struct arena a = { 0 };
		char *argv[ARGS_MAX + 2] = { arena_strdup(&a, "groupadd") };
		bool help = false;

		for (k = 0; cases[i].args[k]; k++)
			argv[k + 1] = arena_strdup(&a, cases[i].args[k]);
		if (opt_parse(groups, k + 1, argv, &a, &operands, &help, &e) < 0) {
			assert_int_equal(e.kind, ERR_USAGE);
			assert_null(cases[i].expected);
			assert_string_equal(e.message, cases[i].message);
		} else {
			assert_non_null(cases[i].expected);
			assert_string_equal(as_text(&own, &common, help, operands, &a),
					    cases[i].expected);
		}
		arena_free(&a);
	}
}

static void help_comes_from_the_table(void **state)
{
	static const char expected[] =
		"Usage: groupadd [options] GROUP\n"
		"Makes a group.\n"
		"\n"
		"Options:\n"
		"  -f, --force                   succeed if the group exists\n"
		"  -g, --gid GID                 use GID for the new group\n"
		"  -b, --badname                 take any name\n"
		"  -K, --key KEY=VALUE           override login.defs\n"
		"  -R, --restrict                only members may enter, which is one of the\n"
		"                                longer texts here\n"
		"      --a-very-long-option-name VALUE\n"
		"                                beside it is no room\n"
		"  -h, --help                    display this help message and exit\n"
		"      --root DIR                directory to work in\n"
		"      --no-backup               leave no backup\n"
		"\n";
	struct own own = { 0 };
	struct common common = { 0 };
	const struct opt_group groups[] = {
		{ own_opts, &own }, { common_opts, &common }, { NULL, NULL }
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	opt_help(groups, "groupadd", "[options] GROUP", "Makes a group.", out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_are_parsed),
		cmocka_unit_test(help_comes_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
