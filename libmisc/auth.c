/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth.h"

#include "text.h"

#ifdef WITH_PAM

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pam_config.h"
#include "prompt.h"

struct auth {
	pam_handle_t *pam;
	enum auth_talk talk;
	const struct secret *secret;
	struct arena arena; /* of answers with echo, which are no secrets */
	int last;           /* what the last call returned */
};

bool auth_built_in(void)
{
	return true;
}

/* libpam's own modules lie beneath its directory. */
static const char *module_dir(struct arena *a)
{
	const char *slash;
	Dl_info info;

	if (dladdr((const void *)(uintptr_t)pam_start, &info) == 0 || !info.dli_fname)
		return NULL;
	slash = strrchr(info.dli_fname, '/');
	if (!slash)
		return NULL;
	return arena_printf(a, "%.*s/security", (int)(slash - info.dli_fname), info.dli_fname);
}

bool auth_usable(const char *service, struct arena *a, const char **ret_why)
{
	return pam_config_usable("", module_dir(a), service, a, ret_why);
}

/* --- the conversation --- */

/* PAM frees the answer, and wipes it before. */
static char *answer_copy(const char *text, size_t n)
{
	char *p = malloc(n + 1);

	if (p) {
		memcpy(p, text, n);
		p[n] = '\0';
	}
	return p;
}

static char *answer_secretly(struct auth *auth, const char *question)
{
	_cleanup_secret_ struct secret typed = SECRET_NONE;
	struct err e = { .kind = ERR_NONE };

	if (auth->talk == AUTH_TALK_SECRET)
		return answer_copy(auth->secret->p, auth->secret->n);
	if (prompt_secret(PROMPT_STANDARD, question, &typed, &e) < 0)
		return NULL;
	return answer_copy(typed.p, typed.n);
}

static char *answer_openly(struct auth *auth, const char *question)
{
	struct err e = { .kind = ERR_NONE };
	char *typed;

	if (auth->talk == AUTH_TALK_SECRET || prompt_line(question, &auth->arena, &typed, &e) < 0)
		return NULL;
	return answer_copy(typed, strlen(typed));
}

static int answer(struct auth *auth, const struct pam_message *m, char **ret)
{
	switch (m->msg_style) {
	case PAM_PROMPT_ECHO_OFF:
		*ret = answer_secretly(auth, m->msg);
		return *ret ? PAM_SUCCESS : PAM_CONV_ERR;
	case PAM_PROMPT_ECHO_ON:
		*ret = answer_openly(auth, m->msg);
		return *ret ? PAM_SUCCESS : PAM_CONV_ERR;
	case PAM_ERROR_MSG:
		fprintf(stderr, "%s\n", m->msg);
		return PAM_SUCCESS;
	case PAM_TEXT_INFO:
		printf("%s\n", m->msg);
		fflush(stdout);
		return PAM_SUCCESS;
	default:
		return PAM_CONV_ERR;
	}
}

static void forget_answers(struct pam_response *list, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (list[i].resp)
			secret_wipe(list[i].resp, strlen(list[i].resp));
		free(list[i].resp);
	}
	free(list);
}

static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
		    void *context)
{
	struct pam_response *list;
	int i, r;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	list = calloc((size_t)count, sizeof(*list));
	if (!list)
		return PAM_BUF_ERR;
	for (i = 0; i < count; i++) {
		r = answer(context, messages[i], &list[i].resp);
		if (r != PAM_SUCCESS) {
			forget_answers(list, count);
			return r;
		}
	}
	*ret = list;
	return PAM_SUCCESS;
}

/* --- the calls --- */

const char *auth_text(const struct auth *auth)
{
	return pam_strerror(auth->pam, auth->last);
}

static int outcome(struct auth *auth, int r, struct err *e)
{
	auth->last = r;
	if (r == PAM_SUCCESS)
		return 0;
	return err_set(e, ERR_PAM, "PAM: %s", auth_text(auth));
}

int auth_begin(struct auth **ret, const char *prog, const char *service, const char *user,
	       enum auth_talk talk, const struct secret *secret, struct err *e)
{
	struct auth *auth = calloc(1, sizeof(*auth));
	struct pam_conv conversation = { converse, auth };
	int r;

	if (!auth)
		return err_sys(e, ERR_PAM, "PAM");
	auth->talk = talk;
	auth->secret = secret;
	/* Modules write to the log under the name that is open. */
	log_open(prog);
	r = pam_start(service, user, &conversation, &auth->pam);
	if (outcome(auth, r, e) < 0) {
		auth_end(&auth);
		return -1;
	}
	*ret = auth;
	return 0;
}

int auth_verify(struct auth *auth, struct err *e)
{
	if (outcome(auth, pam_authenticate(auth->pam, 0), e) < 0)
		return -1;
	return outcome(auth, pam_acct_mgmt(auth->pam, 0), e);
}

int auth_change_password(struct auth *auth, bool keep, bool silent, struct err *e)
{
	int flags = (keep ? PAM_CHANGE_EXPIRED_AUTHTOK : 0) | (silent ? PAM_SILENT : 0);

	return outcome(auth, pam_chauthtok(auth->pam, flags), e);
}

void auth_end(struct auth **auth)
{
	if (!*auth)
		return;
	if ((*auth)->pam)
		pam_end((*auth)->pam, (*auth)->last);
	arena_free(&(*auth)->arena);
	free(*auth);
	*auth = NULL;
}

#else

bool auth_built_in(void)
{
	return false;
}

bool auth_usable(const char *service, struct arena *a, const char **ret_why)
{
	(void)service;
	(void)a;
	*ret_why = _("this build has no PAM");
	return false;
}

static int no_pam(struct err *e)
{
	return err_set(e, ERR_PAM, "PAM: this build has none");
}

int auth_begin(struct auth **ret, const char *prog, const char *service, const char *user,
	       enum auth_talk talk, const struct secret *secret, struct err *e)
{
	(void)prog;
	(void)service;
	(void)user;
	(void)talk;
	(void)secret;
	*ret = NULL;
	return no_pam(e);
}

int auth_verify(struct auth *auth, struct err *e)
{
	(void)auth;
	return no_pam(e);
}

int auth_change_password(struct auth *auth, bool keep, bool silent, struct err *e)
{
	(void)auth;
	(void)keep;
	(void)silent;
	return no_pam(e);
}

const char *auth_text(const struct auth *auth)
{
	(void)auth;
	return "this build has no PAM";
}

void auth_end(struct auth **auth)
{
	*auth = NULL;
}

#endif
