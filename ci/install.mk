# install.mk - `make install` and what is made of it. Part of the Makefile.
#
# The program finds the Wasmtime library from where it is itself (bin/../lib/doppel), so what was
# installed below DESTDIR or PREFIX can be moved as a whole.

PREFIX  ?= /usr/local
# Debian has another folder for packages.
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
# Without names and lines, no path of this machine is left in the program: wherever it is built, it
# is the same. `make install STRIP=` keeps them.
STRIP   ?= -s
# The date of manual pages: that of the commit, or of the files where there is none.
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),$(shell stat -c %Y VERSION))
to      = $(DESTDIR)$(PREFIX)
DOCS   := README.md CHANGELOG.md SECURITY.md LICENSE

.PHONY: install uninstall
install: all ## to PREFIX (/usr/local), below DESTDIR: program, library, completions, manual pages, documents
	$(call say,inst,$(to)/bin/doppel)
	$(Q)install -d $(to)/bin $(to)/lib/doppel $(to)/share/doppel $(to)/share/doc/doppel \
	    $(to)/share/doppel/cluster $(to)/share/bash-completion/completions $(to)/share/fish/vendor_completions.d $(DESTDIR)$(ZSHDIR)
	$(Q)install -m 644 $(WASMTIME)/lib/libwasmtime.so $(to)/lib/doppel/
	$(Q)$(CC) $(OPT_$(PROFILE)) $(STRIP) -Wl,--as-needed $(call objs,cli) -o $(to)/bin/doppel \
	    -L$(WASMTIME)/lib -Wl,-rpath,'$$ORIGIN/../lib/doppel' $(LIBS)
	$(Q)install -m 644 harness/*/*.schema.json $(to)/share/doppel/
	$(Q)install -m 755 $(filter-out %/try-slurm.sh %/try-kubernetes.sh,$(wildcard ci/cluster/*.sh ci/cluster/*.sbatch)) \
	    $(to)/share/doppel/cluster/
	$(Q)install -m 644 ci/cluster/*.yaml ci/cluster/README.md $(to)/share/doppel/cluster/
	$(Q)install -m 644 $(DOCS) $(to)/share/doc/doppel/
	$(Q)for l in $(wildcard $(WASMTIME)/LICENSE); do \
	    install -m 644 $$l $(to)/share/doc/doppel/LICENSE.wasmtime; done
	$(Q)umask 022; $(BIN) completion bash > $(to)/share/bash-completion/completions/doppel
	$(Q)umask 022; $(BIN) completion fish > $(to)/share/fish/vendor_completions.d/doppel.fish
	$(Q)umask 022; $(BIN) completion zsh > $(DESTDIR)$(ZSHDIR)/_doppel
	$(Q)umask 022; $(BIN) man --into $(to)/share/man --date $$(date -u -d @$(SOURCE_DATE_EPOCH) +%Y-%m-%d)

uninstall: ## takes away what install put there; folders that others may use stay
	rm -f $(to)/bin/doppel $(to)/share/bash-completion/completions/doppel \
	    $(to)/share/fish/vendor_completions.d/doppel.fish $(DESTDIR)$(ZSHDIR)/_doppel \
	    $(to)/share/man/man[157]/doppel.1 $(to)/share/man/man[157]/doppel-*.[157]
	rm -rf $(to)/lib/doppel $(to)/share/doppel $(to)/share/doc/doppel

DIST ?= dist
.PHONY: deb dist release
deb: all ## dist/doppel_VERSION_ARCHITECTURE.deb, for the Debian or Ubuntu on which this runs
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) ci/deb.sh $(DIST)

dist: all ## what is published, with checksums, to DIST (dist): files, what make install leaves, the package
	@SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) ci/dist.sh $(DIST)

release: ## that, made twice in two places; fails where the bytes differ
	@ci/release.sh $(DIST)
