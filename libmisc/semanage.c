/* SPDX-License-Identifier: BSD-3-Clause */
#include "semanage.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#ifdef WITH_SEMANAGE

/* What we call of libsemanage, so that its headers are not needed to build. */
struct library {
	void *(*handle_create)(void);
	void (*handle_destroy)(void *);
	void (*msg_set_callback)(void *, void (*)(void *, void *, const char *, ...), void *);
	int (*msg_get_level)(void *);
	int (*is_managed)(void *);
	int (*access_check)(void *);
	int (*connect)(void *);
	int (*disconnect)(void *);
	int (*begin_transaction)(void *);
	int (*commit)(void *);
	int (*mls_enabled)(void *);
	int (*key_create)(void *, const char *, void **);
	void (*key_free)(void *);
	int (*create)(void *, void **);
	void (*free)(void *);
	int (*set_name)(void *, void *, const char *);
	int (*set_sename)(void *, void *, const char *);
	int (*set_mlsrange)(void *, void *, const char *);
	int (*exists_local)(void *, const void *, int *);
	int (*modify_local)(void *, const void *, const void *);
	int (*del_local)(void *, const void *);
};

#define SYMBOL(name, member)                                                                       \
	{                                                                                          \
		"semanage_" name, offsetof(struct library, member)                                 \
	}
static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
	SYMBOL("handle_create", handle_create),
	SYMBOL("handle_destroy", handle_destroy),
	SYMBOL("msg_set_callback", msg_set_callback),
	SYMBOL("msg_get_level", msg_get_level),
	SYMBOL("is_managed", is_managed),
	SYMBOL("access_check", access_check),
	SYMBOL("connect", connect),
	SYMBOL("disconnect", disconnect),
	SYMBOL("begin_transaction", begin_transaction),
	SYMBOL("commit", commit),
	SYMBOL("mls_enabled", mls_enabled),
	SYMBOL("seuser_key_create", key_create),
	SYMBOL("seuser_key_free", key_free),
	SYMBOL("seuser_create", create),
	SYMBOL("seuser_free", free),
	SYMBOL("seuser_set_name", set_name),
	SYMBOL("seuser_set_sename", set_sename),
	SYMBOL("seuser_set_mlsrange", set_mlsrange),
	SYMBOL("seuser_exists_local", exists_local),
	SYMBOL("seuser_modify_local", modify_local),
	SYMBOL("seuser_del_local", del_local),
};

enum { LEVEL_ERROR = 1, CAN_WRITE = 2 };

struct session {
	struct library lib;
	void *handle;
	char *message;
};

static void say(struct session *s, const char *text)
{
	if (!s->message[0])
		snprintf(s->message, SEMANAGE_MESSAGE_SIZE, "%s", text);
}

/* Keeps the first error that libsemanage tells of: the later ones follow from it. */
static void __attribute__((format(printf, 3, 4)))
hear(void *data, void *handle, const char *format, ...)
{
	struct session *s = data;
	va_list args;

	if (s->message[0] || s->lib.msg_get_level(handle) != LEVEL_ERROR)
		return;
	va_start(args, format);
	vsnprintf(s->message, SEMANAGE_MESSAGE_SIZE, format, args);
	va_end(args);
	s->message[strcspn(s->message, "\n")] = '\0';
}

static bool load(struct session *s)
{
	static const char *const names[] = { "libsemanage.so.2", "libsemanage.so.1" };
	void *library = NULL, *symbol;
	size_t i;

	for (i = 0; !library && i < sizeof(names) / sizeof(names[0]); i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		say(s, _("libsemanage is not installed"));
		return false;
	}
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		symbol = dlsym(library, symbols[i].name);
		if (!symbol) {
			say(s, _("libsemanage lacks a function"));
			return false;
		}
		memcpy((char *)&s->lib + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return true;
}

static bool open_store(struct session *s)
{
	s->handle = s->lib.handle_create();
	if (!s->handle) {
		say(s, _("libsemanage does not start"));
		return false;
	}
	s->lib.msg_set_callback(s->handle, hear, s);
	if (s->lib.is_managed(s->handle) != 1) {
		say(s, _("the SELinux policy has no store that libsemanage manages"));
		return false;
	}
	if (s->lib.access_check(s->handle) < CAN_WRITE) {
		s->message[0] = '\0';
		say(s, _("there is no SELinux policy store that can be written"));
		return false;
	}
	if (s->lib.connect(s->handle) < 0) {
		say(s, _("cannot connect to the SELinux policy store"));
		return false;
	}
	return true;
}

static bool set_mapping(struct session *s, const void *key, const struct seuser_change *change)
{
	const char *range = change->range ? change->range : "s0";
	void *mapping = NULL;
	bool done;

	done = s->lib.create(s->handle, &mapping) >= 0 &&
	       s->lib.set_name(s->handle, mapping, change->login) >= 0 &&
	       s->lib.set_sename(s->handle, mapping, change->seuser) >= 0 &&
	       (!s->lib.mls_enabled(s->handle) ||
		s->lib.set_mlsrange(s->handle, mapping, range) >= 0) &&
	       s->lib.modify_local(s->handle, key, mapping) >= 0;
	if (mapping)
		s->lib.free(mapping);
	return done;
}

/* A login without a mapping of its own is as it should be. */
static bool remove_mapping(struct session *s, const void *key)
{
	int found = 0;

	if (s->lib.exists_local(s->handle, key, &found) < 0)
		return false;
	return !found || s->lib.del_local(s->handle, key) >= 0;
}

static bool change_store(struct session *s, const struct seuser_change *change)
{
	void *key = NULL;
	bool done;

	done = s->lib.begin_transaction(s->handle) >= 0 &&
	       s->lib.key_create(s->handle, change->login, &key) >= 0 &&
	       (change->seuser ? set_mapping(s, key, change) : remove_mapping(s, key)) &&
	       s->lib.commit(s->handle) >= 0;
	if (key)
		s->lib.key_free(key);
	if (!done)
		say(s, _("libsemanage gave no reason"));
	return done;
}

enum semanage_result semanage_change(const struct seuser_change *change,
				     char message[SEMANAGE_MESSAGE_SIZE])
{
	struct session s = { .message = message };
	enum semanage_result result = SEMANAGE_DONE;

	message[0] = '\0';
	if (!load(&s) || !open_store(&s))
		return SEMANAGE_NO_STORE;
	if (change && !change_store(&s, change))
		result = SEMANAGE_FAILED;
	s.lib.disconnect(s.handle);
	s.lib.handle_destroy(s.handle);
	return result;
}

#else

enum semanage_result semanage_change(const struct seuser_change *change,
				     char message[SEMANAGE_MESSAGE_SIZE])
{
	(void)change;
	snprintf(message, SEMANAGE_MESSAGE_SIZE, "%s",
		 _("this program was built without libsemanage"));
	return SEMANAGE_NO_STORE;
}

#endif
