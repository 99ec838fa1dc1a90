dnl SPDX-License-Identifier: BSD-3-Clause

dnl newuidmap and newgidmap: set-uid root, or with one capability each.  Packages set that
dnl themselves; make install does it where it may.
AC_DEFUN([SP_FCAPS], [
	AC_ARG_WITH([fcaps], [AS_HELP_STRING([--with-fcaps],
		[install newuidmap and newgidmap with file capabilities instead of set-uid
		root (no)])], [], [with_fcaps=no])
	AS_IF([test "$with_fcaps" = yes],
		[FCAPS=yes sp_idmap_bits='file capability'],
		[FCAPS=no sp_idmap_bits='set-uid root'])
	AC_PATH_PROG([SETCAP], [setcap], [setcap], [$PATH:/usr/sbin:/sbin])
	AC_SUBST([FCAPS])
])
