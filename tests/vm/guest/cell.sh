# SPDX-License-Identifier: BSD-3-Clause
# A cell is one container on one kernel state; steps are commands run in it, one after the other.
#
#	cell NAME KEY=VALUE...
#	step NAME [VARIABLE=VALUE...] COMMAND...
#	leave
#
# image=NAME		the disk whose tree is the container's
# files=own		each file has the label that a full system's policy names
# files=one		all files carry container_file_t
# files=overlay		an overlay mounted with context=, as container engines do
# config=none|NAME	/etc/selinux/config: none, or the file /configs/NAME
# contexts=none|NAME	the policy's file_contexts: none, or the file /contexts/NAME;
#			"dir" is an empty directory in its place
# fs=rw|ro|none|masked	selinuxfs at /sys/fs/selinux; a path: mounted there instead;
#			"noenforce": its file `enforce` reads as nothing; "hidden":
#			/proc/filesystems names no selinuxfs
# proc=yes|no
# domain=TYPE caps=all|engine enforce=0|1
# installed=yes		an overlay with our tools in the place of the distribution's; else they are
#			in /ours
# srv=tmpfs		/srv is a file system of its own
# target=DIR		a second root inside, for --root and --prefix; its state is reported
# newpolicy=none|NAME	the file_contexts of the second root, which then has files=own
# inner=none|IMAGE	the tree of that image is a second root at /mnt/build, on an overlay
# innerconfig=none|NAME	its /etc/selinux/config
# innersys=yes		proc and selinuxfs are mounted in it

context=context=system_u:object_r:container_file_t:s0

put_policy() # ROOT CONFIG CONTEXTS
{
	rm -rf "$1/etc/selinux"
	[ "$2" != none ] || return 0
	mkdir -p "$1/etc/selinux"
	cp "/configs/$2" "$1/etc/selinux/config"
	[ "$3" != none ] || return 0
	mkdir -p "$1/etc/selinux/targeted/contexts/files"
	[ "$3" = dir ] || cp "/contexts/$3" "$1/etc/selinux/targeted/contexts/files/file_contexts"
}

put_target()
{
	if [ "$newpolicy" = none ]; then
		put_policy "$disk/c$target" none none
		/vmctl reset "$disk/seed" "$disk/c$target" /labels/one
	else
		put_policy "$disk/c$target" targeted "$newpolicy"
		/vmctl reset "$disk/seed" "$disk/c$target" /labels/own
	fi
}

put_overlay()
{
	lower=$disk/c
	[ "$installed" = no ] || lower=/ours:$disk/c
	mkdir /up/upper /up/work
	mount -t overlay -o "lowerdir=$lower,upperdir=/up/upper,workdir=/up/work,$context" c /c
}

put_inner()
{
	mkdir -p /c/mnt/build /c/share /up/in /up/in.work
	mount --bind /share /c/share
	mount -t overlay -o "lowerdir=/disk/$inner/c,upperdir=/up/in,workdir=/up/in.work,$context" \
		c /c/mnt/build
	put_policy /c/mnt/build "$innerconfig" none
	[ "$innersys" = yes ] || return 0
	mount -t proc proc /c/mnt/build/proc
	mount -t sysfs sysfs /c/mnt/build/sys
	mount --bind /sys/fs/selinux /c/mnt/build/sys/fs/selinux
}

put_selinuxfs()
{
	case $fs in
	none) return ;;
	masked) mount -t tmpfs masked /c/sys/fs/selinux; return ;;
	/*) mkdir -p "/c$fs"; mount --bind /sys/fs/selinux "/c$fs"; return ;;
	esac
	mount --bind /sys/fs/selinux /c/sys/fs/selinux
	case $fs in
	ro) mount -o remount,ro,bind /c/sys/fs/selinux ;;
	noenforce) mount --bind /dev/null /c/sys/fs/selinux/enforce ;;
	hidden)
		grep -v selinuxfs /proc/filesystems >/up/filesystems
		mount --bind /up/filesystems /c/proc/filesystems ;;
	esac
}

cell()
{
	cell=$1 files=one config=none contexts=none fs=rw proc=yes domain=spc_t caps=all enforce=1
	srv=no installed=no target="" newpolicy=none image=debian inner=none innerconfig=none
	innersys=no
	shift
	for pair in "$@"; do
		eval "${pair%%=*}=\${pair#*=}"
	done
	echo "@cell $cell"
	disk=/disk/$image
	labels=$files
	[ "$files" != overlay ] || labels=one
	[ "$inner" = none ] || /vmctl reset "/disk/$inner/seed" "/disk/$inner/c" /labels/one
	/vmctl reset "$disk/seed" "$disk/c" "/labels/$labels"
	[ "$target" != /mnt/new ] || put_target
	mount -t tmpfs up /up
	if [ "$files" = overlay ]; then
		put_overlay
	else
		mount --bind "$disk/c" /c
	fi
	if [ -d /ours ] && [ "$installed" = no ]; then
		mkdir -p /c/ours
		mount --bind /ours /c/ours
	fi
	[ "$srv" = no ] || mount -t tmpfs -o "$context" srv /c/srv
	put_policy /c "$config" "$contexts"
	mount -t sysfs sysfs /c/sys
	[ "$proc" = no ] || mount -t proc proc /c/proc
	put_selinuxfs
	[ "$inner" = none ] || put_inner
	/vmctl state "/c$target"
	echo "$enforce" >/sys/fs/selinux/enforce
}

step()
{
	name=$1
	shift
	/vmctl step "$name" "$domain" "$caps" /c "/c$target" "$@"
}

leave()
{
	echo 0 >/sys/fs/selinux/enforce
	umount -l /c
	umount -l /up
}
