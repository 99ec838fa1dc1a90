dnl SPDX-License-Identifier: BSD-3-Clause

dnl Which distribution's statuses, texts, modes and defaults the tools have.
AC_DEFUN([SP_PROFILE], [
	AC_ARG_WITH([profile], [AS_HELP_STRING([--with-profile=debian12|debian13|fedora],
		[behave as the tools of this distribution do (by os-release)])],
		[], [with_profile=auto])
	AS_IF([test "$with_profile" = auto || test "$with_profile" = yes], [
		AC_MSG_CHECKING([which distribution this is])
		with_profile=$(
			ID=; ID_LIKE=; VERSION_ID=
			if test -r /etc/os-release; then . /etc/os-release; fi
			case " $ID $ID_LIKE " in
			*" fedora "* | *" rhel "* | *" centos "*) echo fedora ;;
			*) case "$ID:$VERSION_ID" in
				debian:10 | debian:11 | debian:12) echo debian12 ;;
				*) echo debian13 ;;
				esac ;;
			esac)
		AC_MSG_RESULT([$with_profile])])
	AS_CASE([$with_profile],
		[debian12], [sp_profile=PROFILE_DEBIAN12],
		[debian13], [sp_profile=PROFILE_DEBIAN13],
		[fedora], [sp_profile=PROFILE_FEDORA],
		[AC_MSG_ERROR([--with-profile takes debian12, debian13 or fedora])])
	# Who may read shadow decides which bits a tool needs that only reads it for its caller.
	AS_CASE([$with_profile], [fedora], [SHADOW_BITS=setuid], [SHADOW_BITS=setgid])
	AC_SUBST([SHADOW_BITS])
	AC_DEFINE_UNQUOTED([PROFILE_DEFAULT], [$sp_profile], [The enum constant of the profile.])
	AC_DEFINE_UNQUOTED([PROFILE_NAME], ["$with_profile"], [The name of the profile.])
])

AC_DEFUN([SP_LABELS], [
	AC_ARG_WITH([selinux-labels], [AS_HELP_STRING([--with-selinux-labels=auto|off|strict],
		[the labelling mode where nothing else names one (auto)])],
		[], [with_selinux_labels=auto])
	AS_CASE([$with_selinux_labels],
		[auto | yes], [with_selinux_labels=auto sp_labels=SELINUX_AUTO],
		[off | no], [with_selinux_labels=off sp_labels=SELINUX_OFF],
		[strict], [sp_labels=SELINUX_STRICT],
		[AC_MSG_ERROR([--with-selinux-labels takes auto, off or strict])])
	AC_DEFINE_UNQUOTED([SELINUX_LABELS_DEFAULT], [$sp_labels],
		[The enum selinux_mode where neither option, environment nor login.defs names one.])
])

dnl Where units of systemd go.  Under another prefix than /usr systemd would not look.
AC_DEFUN([SP_UNITS], [
	AC_ARG_WITH([systemd-units], [AS_HELP_STRING([--with-systemd-units=DIR],
		[install a unit that recovers at boot (PREFIX/lib/systemd/system for /usr)])],
		[], [with_systemd_units=auto])
	AS_CASE([$with_systemd_units:$prefix],
		[auto:/usr | yes:*], [with_systemd_units='${prefix}/lib/systemd/system'],
		[auto:*], [with_systemd_units=no])
	AS_IF([test "$with_systemd_units" = no], [unitdir=], [unitdir=$with_systemd_units])
	AC_SUBST([unitdir])
	AM_CONDITIONAL([HAVE_UNITS], [test -n "$unitdir"])
])
