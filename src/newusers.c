/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * newusers - make and change many users by a list.
 *
 * All accounts are made in one transaction, then their home directories.  Without PAM the passwords
 * are in it, hashed before.  With PAM they follow, one after the other, in a process of their own:
 * the sources that PAM asks for users are no longer whole in one that changed the files (nss.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "flush.h"
#include "password.h"
#include "profile.h"
#include "text.h"

struct newusers {
	bool badname, no_pam, sys;
	const char *method, *rounds;
};

#define AT(member) offsetof(struct newusers, member)

static const struct opt newusers_opts[] = {
	{ 'b', "badname", NULL, N_("do not check names against the rules"), OPT_FLAG, AT(badname) },
	{ 0, "badnames", NULL, NULL, OPT_FLAG, AT(badname) },
	{ 'c', "crypt-method", "METHOD",
	  N_("hash with SHA512, SHA256, YESCRYPT, BCRYPT, MD5 or DES, or keep in clear: NONE"),
	  OPT_STRING, AT(method) },
	{ 0, "no-pam", NULL,
	  N_("hash here, as login.defs says, not in PAM"), OPT_FLAG, AT(no_pam) },
	{ 'r', "system", NULL, N_("make system accounts"), OPT_FLAG, AT(sys) },
	{ 's', "sha-rounds", "ROUNDS", N_("how often to hash, with -c"), OPT_STRING, AT(rounds) },
	{ 0 }
};

static int check_options(struct run *run, const struct newusers *o)
{
	struct pwhash_method method;

	if (o->rounds && !o->method)
		return err_set(&run->err, ERR_USAGE, "-s flag is only allowed with the -c flag");
	if (o->badname && profile_get()->badname_warns)
		note_say(&run->note,
			 "WARNING: -b and --badname are deprecated and will be removed");
	return o->method ? password_method(run, o->method, o->rounds, &method) : 0;
}

/* --- with PAM --- */

/* It waits for a byte: without one there is nothing to do. */
struct setter {
	pid_t pid;
	int go;
};

static _Noreturn void setter_run(struct run *run, struct batch *batch, int wait)
{
	char byte;
	ssize_t n;

	do {
		n = read(wait, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1)
		pairs_set_by_pam(run, &batch->passwords, "newusers", stderr);
	/* What is written at the end of a run is the parent's. */
	_exit(batch->passwords.wrong_lines > 0);
}

static int setter_begin(struct run *run, struct batch *batch, struct setter *ret)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(&run->err, ERR_IO, "cannot make a pipe");
	ret->pid = fork();
	if (ret->pid == 0) {
		close(ends[1]);
		setter_run(run, batch, ends[0]);
	}
	close(ends[0]);
	if (ret->pid < 0) {
		close(ends[1]);
		return err_sys(&run->err, ERR_IO, "cannot start a process");
	}
	ret->go = ends[1];
	return 0;
}

/* -1: it is not known whether all passwords were set. */
static int setter_end(struct run *run, struct setter *s, bool go)
{
	ssize_t written = go ? write(s->go, "", 1) : 0;
	int status = 0;
	pid_t pid;

	close(s->go);
	do {
		pid = waitpid(s->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	if (!go)
		return 0;
	if (written != 1 || pid != s->pid || !WIFEXITED(status))
		return err_set(&run->err, ERR_PAM, "not all passwords were set");
	if (WEXITSTATUS(status) != 0)
		run->status = 1;
	return 0;
}

static int make_then_pam(struct run *run, struct batch *batch)
{
	struct setter setter = { .go = -1 };
	int r;

	if (run->opt.dry_run)
		return run_transaction(run, BATCH_TABLES, batch_make, batch);
	if (setter_begin(run, batch, &setter) < 0)
		return -1;
	r = run_transaction(run, BATCH_TABLES, batch_make, batch);
	if (r == 0) {
		flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
		batch_homes(run, batch);
	}
	if (setter_end(run, &setter, r == 0) < 0)
		return -1;
	return r;
}

/* --- without --- */

static int hash_and_make(struct run *run, const struct newusers *o, struct batch *batch)
{
	struct pwhash_method method;

	/* Nothing is hashed in vain, nor while the files are locked. */
	if (password_method(run, o->method, o->rounds, &method) < 0 ||
	    run_look(run, BATCH_TABLES, batch_look, batch) < 0 ||
	    pairs_hash(run, &batch->passwords, &method) < 0 ||
	    run_transaction(run, BATCH_TABLES, batch_make, batch) < 0)
		return -1;
	if (run->opt.dry_run)
		return 0;
	flush_caches(run, FLUSH_USERS | FLUSH_GROUPS);
	batch_homes(run, batch);
	return 0;
}

static int work(struct run *run, void *options, const char *const *operands)
{
	_cleanup_batch_ struct batch batch = { .count = 0 };
	struct newusers *o = options;
	int pam = 0;

	if (operands[0] && !run_operands(run, operands, 1))
		return -1;
	if (check_options(run, o) < 0)
		return -1;
	if (!o->method && !o->no_pam)
		pam = pairs_choose_pam(run, "newusers");
	batch.badname = o->badname;
	batch.sys = o->sys;
	if (pam < 0 || batch_read(run, operands[0], &batch) < 0)
		return -1;
	if (batch.count == 0)
		return 0;
	if ((pam ? make_then_pam(run, &batch) : hash_and_make(run, o, &batch)) < 0)
		return -1;
	if (run->opt.json && !run->opt.dry_run)
		batch_print_json(&batch, stdout);
	return 0;
}

static const struct tool newusers_tool = {
	.name = "newusers",
	.synopsis = N_("[options] [FILE]"),
	.summary = N_("Make and change users by lines as in passwd(5), with passwords in clear."),
	.options = newusers_opts,
	.permission = "rootok",
	.status = { [ERR_ARGUMENT] = 3 },
	.work = work,
};

int main(int argc, char **argv)
{
	struct newusers o = { .badname = false };

	return run_main(&newusers_tool, &o, argc, argv);
}
