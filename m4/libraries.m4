dnl SPDX-License-Identifier: BSD-3-Clause

dnl SP_OPTIONAL(NAME, WITH, HEADER, FUNCTION, LIBRARY, INCLUDES)
dnl --with-NAME=auto|yes|no.  Sets sp_NAME to yes or no, WITH_<WITH> in config.h, <WITH>_LIBS.
AC_DEFUN([SP_OPTIONAL], [
	AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1], [use $5 (auto)])], [], [with_$1=auto])
	sp_$1=no
	$2_LIBS=
	AS_IF([test "$with_$1" != no], [
		sp_saved_LIBS=$LIBS
		AC_CHECK_HEADER([$3],
			[AC_CHECK_LIB([$5], [$4], [sp_$1=yes; $2_LIBS=-l$5], [])], [], [$6])
		LIBS=$sp_saved_LIBS
		AS_IF([test "$sp_$1" = no && test "$with_$1" != auto],
			[AC_MSG_ERROR([--with-$1: <$3> or lib$5 is missing])])])
	AS_IF([test "$sp_$1" = yes], [AC_DEFINE([WITH_$2], [1], [Use lib$5.])])
	AC_SUBST([$2_LIBS])
])

AC_DEFUN([SP_LIBRARIES], [
	SP_OPTIONAL([selinux], [SELINUX], [selinux/selinux.h], [selabel_open], [selinux], [])
	SP_OPTIONAL([audit], [AUDIT], [libaudit.h], [audit_log_acct_message], [audit], [])
	SP_OPTIONAL([libpam], [PAM], [security/pam_appl.h], [pam_start], [pam], [])
	SP_OPTIONAL([acl], [ACL], [sys/acl.h], [acl_get_fd], [acl], [])
	SP_OPTIONAL([attr], [ATTR], [attr/libattr.h], [attr_copy_fd], [attr],
		[#include <sys/types.h>])

	dnl libsemanage is loaded when -Z is used: never linked, its headers not needed.
	AC_ARG_WITH([semanage], [AS_HELP_STRING([--with-semanage],
		[load libsemanage for -Z (as --with-selinux)])], [], [with_semanage=auto])
	sp_semanage=$with_semanage
	AS_IF([test "$with_semanage" = auto], [sp_semanage=$sp_selinux])
	AS_IF([test "$sp_semanage" = yes && test "$sp_selinux" = no],
		[AC_MSG_ERROR([--with-semanage needs --with-selinux])])
	AS_IF([test "$sp_semanage" = yes],
		[AC_DEFINE([WITH_SEMANAGE], [1], [Load libsemanage where it is needed.])])

	sp_saved_LIBS=$LIBS
	LIBS=
	AC_SEARCH_LIBS([dlopen], [dl], [], [AC_MSG_ERROR([dlopen is missing])])
	DL_LIBS=$LIBS
	LIBS=
	AC_SEARCH_LIBS([crypt_rn], [crypt], [],
		[AC_MSG_ERROR([libcrypt (libxcrypt) is missing])])
	CRYPT_LIBS=$LIBS
	LIBS=
	AC_SEARCH_LIBS([pthread_create], [pthread], [], [AC_MSG_ERROR([threads are missing])])
	THREAD_LIBS=$LIBS
	LIBS=$sp_saved_LIBS
	AC_SUBST([DL_LIBS])
	AC_SUBST([CRYPT_LIBS])
	AC_SUBST([THREAD_LIBS])

	sp_cmocka=no
	AC_CHECK_HEADER([cmocka.h], [sp_cmocka=yes], [], [
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>])
	AC_SUBST([sp_cmocka])
	AM_CONDITIONAL([HAVE_CMOCKA], [test "$sp_cmocka" = yes])
])
