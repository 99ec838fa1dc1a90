/* SPDX-License-Identifier: BSD-3-Clause */
/* How new passwords are hashed, and which are too weak.  See password.h. */
#include <string.h>
#include <sys/random.h>

#include "password.h"
#include "text.h"

/* What stands for a method that is not to be made. */
#define FALLBACK PWHASH_SHA512
#define BCRYPT_ROUNDS 13
#define YESCRYPT_COST 5

/* --- the method --- */

static unsigned long clamp(enum pwhash_kind kind, long long value)
{
	unsigned long min, max;

	if (!pwhash_cost_range(kind, &min, &max))
		return 0;
	if (value < 0 || (unsigned long long)value < min)
		return min;
	return (unsigned long long)value > max ? max : (unsigned long)value;
}

/* From login.defs: any of the range between two keys, of which one may be missing. */
static unsigned long rounds_of(const struct run *run, enum pwhash_kind kind, const char *min_key,
			       const char *max_key, long long fallback)
{
	long long min = defs_number(&run->defs, min_key, -1);
	long long max = defs_number(&run->defs, max_key, -1);
	unsigned long low, high;
	uint32_t any;

	if (min < 0 && max < 0)
		return fallback < 0 ? 0 : (unsigned long)fallback;
	low = clamp(kind, min < 0 ? max : min);
	high = clamp(kind, max < 0 ? min : max);
	if (high <= low || getrandom(&any, sizeof(any), 0) != (ssize_t)sizeof(any))
		return low;
	return low + any % (high - low + 1);
}

static unsigned long default_cost(const struct run *run, enum pwhash_kind kind)
{
	switch (kind) {
	case PWHASH_SHA256:
	case PWHASH_SHA512:
		return rounds_of(run, kind, "SHA_CRYPT_MIN_ROUNDS", "SHA_CRYPT_MAX_ROUNDS", -1);
	case PWHASH_BCRYPT:
		return rounds_of(run, kind, "BCRYPT_MIN_ROUNDS", "BCRYPT_MAX_ROUNDS",
				 BCRYPT_ROUNDS);
	case PWHASH_YESCRYPT:
		return clamp(kind, defs_number(&run->defs, "YESCRYPT_COST_FACTOR",
					       YESCRYPT_COST));
	default:
		return 0;
	}
}

static bool is_weak(enum pwhash_kind kind)
{
	return kind == PWHASH_NONE || kind == PWHASH_DES || kind == PWHASH_MD5;
}

static enum pwhash_kind kind_of_defs(struct run *run)
{
	const char *name = defs_string(&run->defs, "ENCRYPT_METHOD");
	enum pwhash_kind kind;

	if (!name && defs_bool(&run->defs, "MD5_CRYPT_ENAB", false))
		name = "MD5";
	if (!name)
		return FALLBACK;
	if (!pwhash_kind_of(name, &kind))
		note_say(&run->note, "Invalid ENCRYPT_METHOD value: '%s'; using %s.", name,
			 pwhash_kind_name(FALLBACK));
	else if (is_weak(kind))
		note_say(&run->note, "ENCRYPT_METHOD %s is too weak for new passwords; using %s.",
			 pwhash_kind_name(kind), pwhash_kind_name(FALLBACK));
	else
		return kind;
	return FALLBACK;
}

int password_method(struct run *run, const char *asked, const char *rounds,
		    struct pwhash_method *ret)
{
	struct pwhash_method m = { .kind = FALLBACK };
	uint64_t value = 0;

	if (asked && !pwhash_kind_of(asked, &m.kind))
		return err_set(&run->err, ERR_USAGE, "unsupported crypt method: %s", asked);
	if (rounds && !str_number(str_of(rounds), INT64_MAX, &value))
		return err_set(&run->err, ERR_USAGE, "invalid numeric argument '%s'", rounds);
	if (!asked)
		m.kind = kind_of_defs(run);
	/* 0 rounds are as many as libcrypt thinks right. */
	if (!rounds)
		m.cost = default_cost(run, m.kind);
	else if (value > 0)
		m.cost = clamp(m.kind, (long long)value);
	*ret = m;
	return 0;
}

/* --- what is too weak --- */

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static bool same(const struct secret *s, const struct secret *t, size_t shift)
{
	size_t i;

	if (s->n != t->n)
		return false;
	for (i = 0; i < s->n; i++)
		if (lower(s->p[i]) != lower(t->p[(i + shift) % t->n]))
			return false;
	return true;
}

static bool is_palindrome(const struct secret *s)
{
	size_t i;

	for (i = 0; i < s->n / 2; i++)
		if (lower(s->p[i]) != lower(s->p[s->n - 1 - i]))
			return false;
	return true;
}

static bool is_rotated(const struct secret *s, const struct secret *t)
{
	size_t shift;

	for (shift = 1; shift < t->n; shift++)
		if (same(s, t, shift))
			return true;
	return false;
}

/* How many bytes of one stand in a row in the other. */
static size_t longest_common(const char *p, size_t n, const char *q, size_t m)
{
	size_t i, j, k, best = 0;

	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++) {
			for (k = 0; i + k < n && j + k < m && lower(p[i + k]) == lower(q[j + k]);
			     k++)
				;
			if (k > best)
				best = k;
		}
	return best;
}

/* Fewer than five different bytes, or one kind of them and short. */
static bool is_simple(const struct secret *s)
{
	bool seen[256] = { false }, upper = false, low = false, digit = false, other = false;
	size_t i, different = 0;
	bool simple;

	for (i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];

		different += !seen[c];
		seen[c] = true;
		if (c >= 'A' && c <= 'Z')
			upper = true;
		else if (c >= 'a' && c <= 'z')
			low = true;
		else if (c >= '0' && c <= '9')
			digit = true;
		else
			other = true;
	}
	simple = different < 5 || (s->n < 12 && upper + low + digit + other < 2);
	secret_wipe(seen, sizeof(seen));
	return simple;
}

static const char *weakness_beside_old(const struct secret *old, const struct secret *new)
{
	size_t common;

	if (secret_eq(old, new))
		return _("it is the old one");
	if (same(old, new, 0))
		return _("it differs from the old one in upper and lower case only");
	if (is_rotated(new, old))
		return _("it is the old one rotated");
	common = longest_common(old->p, old->n, new->p, new->n);
	return 2 * common > new->n ? _("it is too similar to the old one") : NULL;
}

const char *password_weakness(const struct defs *defs, const char *user, const struct secret *old,
			      const struct secret *new)
{
	const char *why = NULL;
	size_t n = strlen(user);

	if ((long long)new->n < defs_number(defs, "PASS_MIN_LEN", 0))
		return _("it is too short");
	if (!defs_bool(defs, "OBSCURE_CHECKS_ENAB", false))
		return NULL;
	if (old && old->n > 0)
		why = weakness_beside_old(old, new);
	if (why)
		return why;
	if (is_palindrome(new))
		return _("it is a palindrome");
	if (n >= 3 && longest_common(user, n, new->p, new->n) == n)
		return _("the user name is in it");
	return is_simple(new) ? _("it is too simple") : NULL;
}
