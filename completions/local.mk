# SPDX-License-Identifier: BSD-3-Clause
# Completions, made from the tools' own --help; a cross build cannot run them and goes without.
# bash-completion has files for the other tools itself.
EXTRA_DIST += completions/generate
bashcompletionsdir = $(datadir)/bash-completion/completions
zshcompletionsdir = $(datadir)/zsh/site-functions
fishcompletionsdir = $(datadir)/fish/vendor_completions.d
BASH_COMPLETIONS = chgpasswd cpgr cppw expiry getsubids grpconv grpunconv newgidmap newuidmap \
	pwconv pwunconv shadow-selinux shadowconfig
# These take no options.
NOT_COMPLETED = newgrp nologin sg
COMPLETION_FILES =

if COMPLETIONS
COMPLETION_FILES += completions/done

completions/done: $(bin_PROGRAMS) $(sbin_PROGRAMS) $(top_srcdir)/completions/generate | tool-links
	$(AM_V_GEN)rm -rf completions/bash completions/zsh completions/fish && \
	$(MKDIR_P) completions/bash completions/zsh completions/fish && \
	names=' '; for program in $(bin_PROGRAMS) $(sbin_PROGRAMS); do \
		names="$$names$$(basename $$program $(EXEEXT)) "; \
	done; \
	for pair in $(BIN_LINKS) $(SBIN_LINKS); do names="$$names$${pair#*:} "; done; \
	for name in $$names; do \
		case ' $(NOT_COMPLETED) ' in *" $$name "*) continue ;; esac; \
		generate='$(top_srcdir)/completions/generate'; \
		case ' $(BASH_COMPLETIONS) ' in *" $$name "*) \
			$$generate bash src/$$name >completions/bash/$$name || exit 1 ;; esac; \
		$$generate zsh src/$$name >completions/zsh/_$$name && \
		$$generate fish src/$$name >completions/fish/$$name.fish || exit 1; \
	done; \
	touch $@

install-completions: completions/done
	$(MKDIR_P) '$(DESTDIR)$(bashcompletionsdir)' '$(DESTDIR)$(zshcompletionsdir)' \
		'$(DESTDIR)$(fishcompletionsdir)'
	$(INSTALL_DATA) completions/bash/* '$(DESTDIR)$(bashcompletionsdir)'
	$(INSTALL_DATA) completions/zsh/* '$(DESTDIR)$(zshcompletionsdir)'
	$(INSTALL_DATA) completions/fish/* '$(DESTDIR)$(fishcompletionsdir)'

uninstall-completions:
	@test ! -e completions/done || { \
		cd completions/bash && for f in *; do \
			rm -f '$(DESTDIR)$(bashcompletionsdir)'/$$f; done; \
		cd ../zsh && for f in *; do rm -f '$(DESTDIR)$(zshcompletionsdir)'/$$f; done; \
		cd ../fish && for f in *; do rm -f '$(DESTDIR)$(fishcompletionsdir)'/$$f; done; }
else
install-completions uninstall-completions:
endif
.PHONY: install-completions uninstall-completions
