/* SPDX-License-Identifier: BSD-3-Clause */
#include "pwhash.h"

#include <crypt.h>
#include <string.h>
#include <strings.h>

_Static_assert(PWHASH_SIZE >= CRYPT_OUTPUT_SIZE, "a hash has room");

struct kind {
	const char *name, *prefix;
	unsigned long min, max; /* of the cost; 0: there is none */
	size_t body;            /* characters after the salt's "$" */
};

/* MD5, SHA and yescrypt: the length of what follows the last "$"; bcrypt: salt and hash. */
static const struct kind kinds[PWHASH_KINDS] = {
	[PWHASH_NONE] = { "NONE", NULL, 0, 0, 0 },
	[PWHASH_DES] = { "DES", "", 0, 0, 13 },
	[PWHASH_MD5] = { "MD5", "$1$", 0, 0, 22 },
	[PWHASH_SHA256] = { "SHA256", "$5$", 1000, 999999999, 43 },
	[PWHASH_SHA512] = { "SHA512", "$6$", 1000, 999999999, 86 },
	[PWHASH_BCRYPT] = { "BCRYPT", "$2b$", 4, 31, 53 },
	[PWHASH_YESCRYPT] = { "YESCRYPT", "$y$", 1, 11, 43 },
};

bool pwhash_kind_of(const char *name, enum pwhash_kind *ret)
{
	int i;

	for (i = 0; i < PWHASH_KINDS; i++) {
		if (strcasecmp(name, kinds[i].name) == 0) {
			*ret = (enum pwhash_kind)i;
			return true;
		}
	}
	return false;
}

const char *pwhash_kind_name(enum pwhash_kind kind)
{
	return kinds[kind].name;
}

bool pwhash_cost_range(enum pwhash_kind kind, unsigned long *ret_min, unsigned long *ret_max)
{
	if (kinds[kind].max == 0)
		return false;
	*ret_min = kinds[kind].min;
	*ret_max = kinds[kind].max;
	return true;
}

/*
 * crypt(3) in memory that is wiped: its working area holds the password.  false: no hash, and
 * ret is empty.
 */
static bool run_crypt(const char *password, const char *setting, char ret[PWHASH_SIZE],
		      struct err *e)
{
	_cleanup_secret_ struct secret area = SECRET_NONE;
	const char *hash;
	size_t n;

	ret[0] = '\0';
	if (secret_make(&area, sizeof(struct crypt_data), e) < 0)
		return false;
	hash = crypt_rn(password, setting, area.p, sizeof(struct crypt_data));
	/* "*0" and "*1" are how libcrypt says no in a string. */
	n = hash ? strlen(hash) : 0;
	if (n == 0 || n >= PWHASH_SIZE || hash[0] == '*')
		return false;
	memcpy(ret, hash, n + 1);
	return true;
}

static int keep_plain(const struct secret *password, char ret[PWHASH_SIZE], struct err *e)
{
	if (password->n >= PWHASH_SIZE)
		return err_set(e, ERR_ARGUMENT, "the password is too long");
	memcpy(ret, password->p, password->n + 1);
	return 0;
}

int pwhash_make(const struct pwhash_method *method, const struct secret *password,
		char ret[PWHASH_SIZE], struct err *e)
{
	const struct kind *k = &kinds[method->kind];
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (!k->prefix)
		return keep_plain(password, ret, e);
	/* crypt(3) refuses it, too, but says the same as for a bad setting. */
	if (password->n > CRYPT_MAX_PASSPHRASE_SIZE - 1)
		return err_set(e, ERR_ARGUMENT, "the password is too long");
	/* crypt(3) would look at the bytes up to the NUL only. */
	if (memchr(password->p, '\0', password->n))
		return err_set(e, ERR_ARGUMENT, "the password holds a NUL");
	if (!crypt_gensalt_rn(k->prefix, method->cost, NULL, 0, setting, sizeof(setting)))
		return err_sys(e, ERR_IO, "libcrypt cannot make a salt for %s", k->name);
	if (!run_crypt(password->p, setting, ret, e))
		return err_sys(e, ERR_IO, "libcrypt cannot hash with %s", k->name);
	return 0;
}

bool pwhash_check(const struct secret *password, const char *hash)
{
	char made[PWHASH_SIZE];
	unsigned char differs = 0;
	struct err e = { .kind = ERR_NONE };
	size_t i, n;

	if (!password->p || !hash || hash[0] == '\0' || hash[0] == '!' || hash[0] == '*' ||
	    memchr(password->p, '\0', password->n) || !run_crypt(password->p, hash, made, &e))
		return false;
	n = strlen(made);
	if (strlen(hash) != n)
		return false;
	for (i = 0; i < n; i++)
		differs |= (unsigned char)(made[i] ^ hash[i]);
	return differs == 0;
}

static bool is_base64(const char *p, size_t n)
{
	static const char set[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz";

	return strlen(p) == n && strspn(p, set) == n;
}

bool pwhash_is_known(const char *hash)
{
	const char *body = hash + strspn(hash, "!");
	const char *last = strrchr(body, '$');
	int i;

	if (body[0] == '\0' || strcmp(body, "*") == 0)
		return true;
	if (!last)
		return is_base64(body, kinds[PWHASH_DES].body);
	for (i = PWHASH_MD5; i < PWHASH_KINDS; i++)
		if (strncmp(body, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return is_base64(last + 1, kinds[i].body);
	/* The other letters of bcrypt, and methods of other systems that libcrypt verifies. */
	if (strncmp(body, "$2a$", 4) == 0 || strncmp(body, "$2y$", 4) == 0)
		return is_base64(last + 1, kinds[PWHASH_BCRYPT].body);
	return strncmp(body, "$7$", 3) == 0 || strncmp(body, "$gy$", 4) == 0 ||
	       strncmp(body, "$md5", 4) == 0 || strncmp(body, "$sha1$", 6) == 0 ||
	       strncmp(body, "$3$", 3) == 0;
}
