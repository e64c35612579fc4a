# doppel - build, test, measure. `make help` lists the targets.
#
# A room is a folder of harness/ with a two-line room.mk: its name and the rooms
# it sees. Objects go to build/<profile>/, so profiles live side by side.

PROFILE ?= release
CC      := gcc
OUT     := build/$(PROFILE)
ROOMS   := $(patsubst harness/%/room.mk,%,$(wildcard harness/*/room.mk))
PKGS    := jansson libarchive libcurl libgit2 libsodium libsecp256k1 libzstd libxxhash lmdb sqlite3 yaml-0.1 zlib
WASMTIME := $(if $(WASMTIME_DIR),$(WASMTIME_DIR),$(CURDIR)/.deps/wasmtime)

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
        -Wmissing-prototypes -Wno-sign-conversion
OPT_release := -O2 -g
OPT_debug   := -O0 -g
# -g1: lines and names are all that a sanitizer's report shows, and it builds a sixth faster.
OPT_asan    := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_cover   := -O0 -g --coverage
OPT_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined
ifeq ($(PROFILE),fuzz)
CC   := clang
FUZZ := -fsanitize=fuzzer
endif

# `make V=1` shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-4s %s\n' $(1) $(2))

VERSION := $(shell cat VERSION)
CFLAGS  = -std=c17 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -DDG_VERSION='"$(VERSION)"' \
          $(OPT_$(PROFILE)) $(WARN) -Iharness -isystem $(WASMTIME)/include \
          $(shell pkg-config --cflags $(PKGS)) -MMD -MP
LDFLAGS = $(OPT_$(PROFILE)) -L$(WASMTIME)/lib -Wl,--as-needed -Wl,-rpath,$(WASMTIME)/lib
LIBS    = -lwasmtime $(shell pkg-config --libs $(PKGS)) -lpthread -lm

# ---- rooms: what each is made of and may see ----

define read_room
room :=
sees :=
include harness/$(1)/room.mk
$(1)_sees := $$(sees)
$(1)_objs := $$(patsubst %.c,$(OUT)/%.o,$$(wildcard harness/$(1)/*.c))
endef
$(foreach r,$(ROOMS),$(eval $(call read_room,$(r))))
# tests/program runs the binary itself and sees base only; tests/incidents runs plans.
program_sees := base
incidents_sees := recover
# A room and all that it sees, worked out once for each: many ways lead down to base.
below = $(or $(below_$(1)),$(eval below_$(1) := $(sort $(1) \
        $(foreach s,$($(1)_sees),$(call below,$(s)))))$(below_$(1)))
objs  = $(foreach r,$(call below,$(1)),$($(r)_objs))

BIN := $(OUT)/doppel

.PHONY: all check check-long pages-check test fuzz-run fuzz bench asan cover fidelity rooms demo install bless \
        tidy format tidy-check clean help setup setup-test runtimes
.DEFAULT_GOAL := all

all: $(BIN) ## the program: build/release/doppel

$(BIN): $(call objs,cli) | setup
	$(call say,link,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

$(OUT)/%.o: %.c | setup
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

setup: ## what is needed to build: found, or installed
	@ci/setup.sh build

setup-test: setup ## what is needed to test as well
	@ci/setup.sh test

# ---- tests: one program for each tests/<room>/test_*.c ----

TESTS  := $(wildcard tests/*/test_*.c)
FUZZED := $(filter-out tests/support/%,$(wildcard tests/*/fuzz_*.c))
test_bin = $(patsubst tests/%.c,$(OUT)/tests/%,$(1))
room_of  = $(word 2,$(subst /, ,$(1)))
$(patsubst %.c,$(OUT)/%.o,$(filter-out tests/bench/%,$(wildcard tests/*/*.c))): | setup-test

# A room of the network is tested inside a whole one: on the stage that they share, with the room node.
STAGED := world backing statements approval consensus node
staged  = $(filter $(STAGED),$(call room_of,$(1)))

define test_program
$(call test_bin,$(1)): $(patsubst %.c,$(OUT)/%.o,$(1) $(wildcard tests/$(call room_of,$(1))/model_*.c)) \
        $(OUT)/tests/support/suite.o $(if $(call staged,$(1)),$(OUT)/tests/support/model_net.o) \
        $(call objs,$(if $(call staged,$(1)),node,$(call room_of,$(1))))
	@mkdir -p $$(@D)
	$$(call say,link,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $$^ -o $$@ $$(shell pkg-config --libs check) $$(LIBS)
endef
$(foreach t,$(TESTS),$(eval $(call test_program,$(t))))

define fuzz_program
$(call test_bin,$(1)): $(patsubst %.c,$(OUT)/%.o,$(1)) $(if $(FUZZ),,$(OUT)/tests/support/fuzz_main.o) \
        $(call objs,$(call room_of,$(1)))
	@mkdir -p $$(@D)
	$$(call say,link,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $$(FUZZ) $$^ -o $$@ $$(LIBS)
endef
$(foreach t,$(FUZZED),$(eval $(call fuzz_program,$(t))))

# `make test-trie` builds and runs the tests of one room, and only what it sees.
TEST_ROOMS := $(sort $(foreach t,$(TESTS) $(FUZZED),$(call room_of,$(t))))
$(foreach r,$(TEST_ROOMS),$(eval .PHONY: test-$(r)))
$(foreach r,$(TEST_ROOMS),$(eval test-$(r): $(call test_bin,$(filter tests/$(r)/%,$(TESTS) $(FUZZED))) | setup-test ; \
        @tests/run.sh $(OUT) $(r)))

test-program: all runtimes
test-incidents: runtimes
test-gate: runtimes
test-recover: runtimes

test-programs: $(call test_bin,$(TESTS) $(FUZZED))

test: all runtimes test-programs ## the tests of this profile
	@tests/run.sh $(OUT)

check: ## all tests: release, -O0 and sanitizers; last line "N passed, N failed"
	@ci/check.sh

pages-check: ## the pages for browsers, by an HTML validator and axe (npm fetches them)
	tests/page/validate.sh $(CURDIR)/build/pages

check-long: ## what check leaves out because it is long (tests/long)
	@DOPPEL_LONG=only ci/check.sh

asan: ## the rooms' tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory PROFILE=asan test

fuzz: setup-test ## each fuzz target for FUZZ_SECONDS (60), from its corpus
	@$(MAKE) --no-print-directory PROFILE=fuzz fuzz-programs
	@tests/fuzz.sh build/fuzz

fuzz-programs: $(call test_bin,$(FUZZED))

BENCH := $(OUT)/bench
$(BENCH): $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/bench/*.c)) $(call objs,gate) | setup
	$(call say,link,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(LIBS)

bench: all $(BENCH) ## our figures on real input, some tens of minutes; BENCH_ARGS=quick, or its parts (BENCH_ARGS=help)
	@$(BENCH) $(BENCH_ARGS)

cover: ## line coverage of the tests (needs gcovr)
	@command -v gcovr >/dev/null || { echo 'cover needs gcovr: apt-get install gcovr' >&2; exit 4; }
	@$(MAKE) --no-print-directory PROFILE=cover test
	@gcovr -r . --object-directory build/cover -e tests/ --sort-percentage

# Not part of check: it starts real validators, and takes four minutes.
fidelity: all $(OUT)/tests/node/test_fidelity ## real validators beside the model (RUN=, all of them); needs nodes (tests/fidelity)
	@tests/fidelity/fidelity.py $(RUN)

# Not part of check: it fetches a hundred published crates.
.PHONY: releases
releases: ## what tests/fidelity/releases.json says of releases of the node, read in their crates; needs cargo
	@tests/fidelity/releases.py

# Not part of check: what was kept is nowhere but with the one who kept it.
.PHONY: same healthy
healthy: all ## sixty more runs of sound releases (tests/healthy.py): exit 0 in 99 of 100
	@tests/healthy.py $(HEALTHY_ARGS)

same: all runtimes ## outcomes against those kept in SAME_DIR by tests/same.py keep
	@tests/same.py --self-test
	@tests/same.py compare "$(SAME_DIR)" --program $(BIN) $(SAME_ARGS)

# Hours; a few tries of each kind are in check (tests/program/test_torture.c).
.PHONY: torture
torture: all runtimes setup-test ## what is refused, damaged or killed: the same answer, or exit 4 (tests/torture)
	@tests/torture/torture.py $(TORTURE_ARGS)

demo: all ## the main job on the embedded real pair
	@ci/demo.sh $(BIN)

rooms: ## the include graph; fails on an arrow that goes up
	@ci/rooms.sh $(ROOMS)

# Rooms whose tests keep golden files, and the program.
BLESSED := program report page preflight plan outcome run gate
bless: all ## rewrite the golden files; review the diff
	@BLESS=1 $(MAKE) --no-print-directory $(patsubst %,test-%,$(BLESSED))

# Some minutes of processor time, so part of check-long and not of check.
TIDY := $(OUT)/tidy
tidy: setup-test ## clang-tidy over the rooms (TIDY_ROOMS="trie state": only those)
	@mkdir -p $(TIDY)
	@printf '%s\n' -I$(CURDIR)/harness $(filter-out -MMD -MP -Iharness,$(CFLAGS)) > $(TIDY)/compile_flags.txt
	@printf '%s\n' $(wildcard $(TIDY_ROOMS:%=harness/%/*.c)) | \
	    xargs -P $$(nproc) -n 4 clang-tidy --quiet --warnings-as-errors='*' -p $(TIDY)
TIDY_ROOMS := $(ROOMS)

tidy-check: $(foreach r,$(ROOMS),$($(r)_objs)) | setup-test ## what holds of every file: layout, names, comments of doors (seconds)
	@ci/floor.py

# Layout hangs on the version: set-up leaves 14 in .deps where the system has none.
format: setup-test ## clang-format in place
	@PATH=.deps/bin:$$PATH clang-format-14 -i $(wildcard harness/*/*.[ch] tests/*/*.[ch] runtimes/*/*.[ch])

include ci/install.mk

clean: ## what was built (not .deps)
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'
	@echo '  make test-ROOM  the tests of one room: $(TEST_ROOMS)'

-include $(wildcard runtimes/runtimes.mk)
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
