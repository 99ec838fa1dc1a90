/* SPDX-License-Identifier: BSD-3-Clause */
/* The passwords of many users by PAM, one after the other. */
#include "auth.h"
#include "pairs.h"

int pairs_choose_pam(struct run *run, const char *service)
{
	const char *why;

	if (!run->root.live || !auth_built_in())
		return 0;
	if (auth_usable(service, &run->arena, &why))
		return 1;
	if (!caller_is_root(&run->caller))
		return err_set(&run->err, ERR_PAM, "PAM cannot be used: %s", why);
	note_say(&run->note, "PAM cannot be used (%s); the passwords are hashed here.", why);
	return 0;
}

static void set_one(struct run *run, struct pairs *p, struct pair *pair, const char *service,
		    const struct note_progress *progress, FILE *out)
{
	const char *name = str_visible(&run->arena, pair->name);
	struct err e = { .kind = ERR_NONE };
	struct auth *auth = NULL;

	if (auth_begin(&auth, run->tool->name, service, pair->name, AUTH_TALK_SECRET,
		       &pair->password, &e) < 0) {
		note_progress_end(progress);
		note_say(&run->note, "(user %s) pam_start failure: %s", name, e.message);
		pair->wrong = true;
	} else if (auth_change_password(auth, false, false, &e) < 0) {
		note_progress_end(progress);
		note_say(&run->note, "(user %s) pam_chauthtok() failed, error:", name);
		fprintf(out, "%s\n", auth_text(auth));
		pair->wrong = true;
	}
	auth_end(&auth);
	if (!pair->wrong)
		return;
	note_say(&run->note, "(line %zu, user %s) password not changed", pair->line, name);
	p->wrong_lines++;
}

void pairs_set_by_pam(struct run *run, struct pairs *p, const char *service, FILE *out)
{
	struct note_progress progress;
	size_t i;

	note_progress_begin(&progress, &run->note, p->count);
	for (i = 0; i < p->count; i++) {
		if (!p->items[i].wrong)
			set_one(run, p, &p->items[i], service, &progress, out);
		note_progress_show(&progress, i + 1);
	}
	note_progress_end(&progress);
}
