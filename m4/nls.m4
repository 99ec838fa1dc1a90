dnl SPDX-License-Identifier: BSD-3-Clause

dnl Messages in the user's language: dgettext(3) of the C library, catalogues made by msgfmt(1).
AC_DEFUN([SP_NLS], [
	AC_ARG_ENABLE([nls], [AS_HELP_STRING([--disable-nls],
		[messages in English alone])], [], [enable_nls=yes])
	AS_IF([test "$enable_nls" = yes],
		[AC_CHECK_FUNC([dgettext], [], [enable_nls=no])])
	AS_IF([test "$enable_nls" = yes], [
		sp_nls=1
		AC_CHECK_PROG([MSGFMT], [msgfmt], [msgfmt])
		sp_catalogues=${MSGFMT:+made}
	], [sp_nls=0])
	sp_catalogues=${sp_catalogues:-no}
	AC_DEFINE_UNQUOTED([ENABLE_NLS], [$sp_nls], [1: messages are translated.])
	AM_CONDITIONAL([CATALOGUES], [test "$sp_catalogues" = made])
])
