/* SPDX-License-Identifier: BSD-3-Clause */
/* shadow-selinux: what the labelling decides for a target, and why. */
#include <stdio.h>

#include "arena.h"
#include "defs.h"
#include "idmarks.h"
#include "json.h"
#include "run.h"
#include "schema.h"
#include "selinux.h"
#include "text.h"
#include "tools.h"

struct report {
	struct run *run;
	struct selinux *labels;
	const struct selinux_facts *facts;
	enum selinux_source source;
	bool ignored;
	const char *const *paths; /* ends with NULL */
};

static const char *const sources[] = {
	[SELINUX_FROM_BUILD] = "built in",
	[SELINUX_FROM_DEFS] = "SELINUX_LABELS in login.defs",
	[SELINUX_FROM_ENVIRONMENT] = "SHADOW_SELINUX in the environment",
	[SELINUX_FROM_OPTION] = "--selinux",
};

static const char *const kernels[] = {
	[SELINUX_KERNEL_UNKNOWN] = "unknown",
	[SELINUX_KERNEL_NO] = "no",
	[SELINUX_KERNEL_YES] = "yes",
};

static const char *const enforces[] = {
	[SELINUX_ENFORCE_UNKNOWN] = "unknown",
	[SELINUX_ENFORCE_NO] = "no",
	[SELINUX_ENFORCE_YES] = "yes",
};

static const char *const policies[] = {
	[SELINUX_POLICY_UNASKED] = "not asked",
	[SELINUX_POLICY_LOADED] = "loads",
	[SELINUX_POLICY_NO_CONFIG] = "no /etc/selinux/config",
	[SELINUX_POLICY_BAD_TYPE] = "SELINUXTYPE is not a name",
	[SELINUX_POLICY_MISSING] = "missing",
	[SELINUX_POLICY_EMPTY] = "empty",
	[SELINUX_POLICY_UNREADABLE] = "cannot be read",
	[SELINUX_POLICY_BROKEN] = "does not load",
};

static const char *const origins[] = {
	[SELINUX_ORIGIN_NONE] = "none",
	[SELINUX_ORIGIN_POLICY] = "policy",
	[SELINUX_ORIGIN_FILE] = "file",
	[SELINUX_ORIGIN_PARENT] = "directory",
};

static const char *const origin_texts[] = {
	[SELINUX_ORIGIN_NONE] = "",
	[SELINUX_ORIGIN_POLICY] = " from the policy",
	[SELINUX_ORIGIN_FILE] = " from the file that is there",
	[SELINUX_ORIGIN_PARENT] = " from the directory",
};

static const char *verdict(const struct report *r)
{
	if (selinux_refuses(r->labels))
		return "refuse";
	return selinux_active(r->labels) ? "label" : "no label";
}

static const char *target(const struct report *r)
{
	return r->run->root.dir[0] == '\0' ? "/" : r->run->root.dir;
}

static void print_facts(const struct report *r)
{
	const struct selinux_facts *f = r->facts;

	printf("target     %s%s\n", target(r), f->live ? " (the running system)" : "");
	printf("mode       %s (%s)\n", selinux_mode_name(f->mode), sources[r->source]);
	if (r->ignored)
		puts("           SHADOW_SELINUX is set but ignored: the kernel asks for secure "
		     "execution");
	if (f->mode != SELINUX_OFF) {
		printf("kernel     SELinux: %s\n", kernels[f->kernel]);
		printf("selinuxfs  %s\n", f->mount ? f->mount : "not found");
		printf("enforcing  %s\n", enforces[f->enforce]);
		printf("policy     %s%s%s\n", f->contexts ? f->contexts : "",
		       f->contexts ? ": " : "", policies[f->policy]);
	}
	printf("verdict    %s: %s\n", verdict(r), selinux_reason(r->labels));
}

static void print_path(const char *path, const struct selinux_answer *answer)
{
	printf("%s  %s%s", path, answer->label ? answer->label : "none",
	       origin_texts[answer->origin]);
	if (answer->policy && answer->origin != SELINUX_ORIGIN_POLICY)
		printf(", not %s", answer->policy);
	if (answer->why)
		printf(" (%s)", answer->why);
	putchar('\n');
}

static void json_facts(const struct report *r)
{
	const struct selinux_facts *f = r->facts;

	putchar('{');
	json_member(stdout, true, "target", target(r));
	printf(",\"live\":%s", f->live ? "true" : "false");
	json_member(stdout, false, "mode", selinux_mode_name(f->mode));
	json_member(stdout, false, "mode_from", sources[r->source]);
	printf(",\"environment_ignored\":%s", r->ignored ? "true" : "false");
	json_member(stdout, false, "kernel", kernels[f->kernel]);
	json_member(stdout, false, "selinuxfs", f->mount);
	json_member(stdout, false, "enforcing", enforces[f->enforce]);
	json_member(stdout, false, "type", f->type);
	json_member(stdout, false, "contexts", f->contexts);
	json_member(stdout, false, "policy", policies[f->policy]);
	json_member(stdout, false, "verdict", verdict(r));
	json_member(stdout, false, "reason", selinux_reason(r->labels));
	printf(",\"paths\":[");
}

static void json_path(bool first, const char *path, const struct selinux_answer *answer)
{
	printf("%s{", first ? "" : ",");
	json_member(stdout, true, "path", path);
	json_member(stdout, false, "label", answer->label);
	json_member(stdout, false, "from", origins[answer->origin]);
	json_member(stdout, false, "policy", answer->policy);
	json_member(stdout, false, "why", answer->why);
	putchar('}');
}

static int show(const struct report *r)
{
	const bool json = r->run->opt.json;
	struct selinux_answer answer;
	size_t i;

	if (json)
		json_facts(r);
	else
		print_facts(r);
	for (i = 0; r->paths[i]; i++) {
		if (selinux_explain(r->labels, r->paths[i], &answer, &r->run->err) < 0)
			return -1;
		if (json)
			json_path(i == 0, r->paths[i], &answer);
		else
			print_path(r->paths[i], &answer);
	}
	if (json)
		puts("]}");
	if (fflush(stdout) != 0)
		return err_sys(&r->run->err, ERR_IO, "cannot write");
	return 0;
}

/* Without operands: the account files, and a home that does not exist. */
static const char *const *usual_paths(struct run *run)
{
	const char **paths = arena_array(&run->arena, TABLE_COUNT + 2, sizeof(*paths));
	unsigned tables = idmarks_tables(&run->defs, TABLE_ALL);
	int i, n = 0;

	for (i = 0; i < TABLE_COUNT; i++)
		if (tables & TABLE_BIT(i))
			paths[n++] = schema_get((enum table_id)i)->path;
	paths[n] = "/home/NEW/";
	return paths;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	struct report r = { .run = run };
	enum selinux_mode mode;
	size_t i;
	int result;

	(void)options;
	for (i = 0; operands[i]; i++) {
		if (operands[i][0] != '/')
			return err_set(&run->err, ERR_USAGE, "'%s' is not an absolute path",
				       operands[i]);
	}
	r.paths = operands[0] ? operands : usual_paths(run);
	/* The same choice as the run's own, which has said what there is to say of it. */
	if (selinux_mode_choose(run->opt.selinux, defs_string(&run->defs, "SELINUX_LABELS"), NULL,
				&mode, &r.source, &r.ignored, &run->err) < 0 ||
	    selinux_probe(&r.labels, run->root.fd, run->root.live, mode, &run->note, &run->err) < 0)
		return -1;
	r.facts = selinux_get_facts(r.labels);
	result = show(&r);
	selinux_end(&r.labels);
	return result;
}

static const struct opt no_options[] = { { 0 } };

static const struct tool shadow_selinux = {
	.name = "shadow-selinux",
	.synopsis = N_("[options] [PATH...]"),
	.summary = N_("Show whether new account files get SELinux labels, which, and why."),
	.options = no_options,
	.status = { [ERR_USAGE] = 2, [ERR_ARGUMENT] = 2 },
	.work = work,
};

int shadow_selinux_main(int argc, char **argv)
{
	return run_main(&shadow_selinux, NULL, argc, argv);
}
