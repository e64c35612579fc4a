# runtimes.mk - the small relay-chain runtimes: wasm blobs and specs in build/runtimes/.
#
# variants.json is the table, one line a blob: its switches go into mini/variant.c,
# the only file that is compiled for each. Three words among them choose what is
# linked: GENERATION=2 adds the methods of ParachainHost 6 to 10, unless
# WITHOUT_NEW_METHODS takes them away; HOST=11 that of version 11; OWN_ALLOCATOR takes the other calling convention.

RT      := build/runtimes
RT_CC   := clang --target=wasm32-unknown-unknown -mcpu=mvp
RT_FLAGS := -std=c17 -O2 -nostdlib -ffreestanding -MMD -MP -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
            -Wstrict-prototypes -Wno-sign-conversion -Wno-missing-field-initializers
RT_LINK := wasm-ld --no-entry --import-memory --export=__heap_base --export=__data_end \
           --stack-first -z stack-size=1048576

RT_COMMON := $(patsubst runtimes/mini/%.c,%,$(filter-out %/variant.c %/host.c %/host_own.c %/api_parachains_10.c %/api_parachains_11.c, \
             $(wildcard runtimes/mini/*.c)))
# $(1) switches: the objects of a blob, beside its variant.
rt_dir  = $(RT)/o$(if $(findstring OWN_ALLOCATOR,$(1)),/own)
rt_host = $(if $(findstring OWN_ALLOCATOR,$(1)),host_own,host)
rt_new  = $(if $(findstring GENERATION=2,$(1)),$(if $(findstring WITHOUT_NEW_METHODS,$(1)),,api_parachains_10)) $(if $(findstring HOST=11,$(1)),api_parachains_11)
rt_objs = $(patsubst %,$(call rt_dir,$(1))/%.o,$(RT_COMMON) $(call rt_host,$(1)) $(call rt_new,$(1)))

$(RT)/o/%.o: runtimes/mini/%.c runtimes/runtimes.mk | setup-test
	@mkdir -p $(@D)
	$(Q)$(RT_CC) $(RT_FLAGS) $(if $(filter env,$*),-fno-builtin) -c $< -o $@

$(RT)/o/own/%.o: runtimes/mini/%.c runtimes/runtimes.mk | setup-test
	@mkdir -p $(@D)
	$(Q)$(RT_CC) $(RT_FLAGS) -DOWN_ALLOCATOR $(if $(filter env,$*),-fno-builtin) -c $< -o $@

# $(1) name, $(2) switches
define runtime
$(RT)/o/variants/$(1).o: runtimes/mini/variant.c runtimes/runtimes.mk runtimes/variants.json | setup-test
	@mkdir -p $$(@D)
	$$(Q)$$(RT_CC) $$(RT_FLAGS) $(2) -c $$< -o $$@
$(RT)/$(1).wasm: $(call rt_objs,$(2)) $(RT)/o/variants/$(1).o
	$$(Q)$$(RT_LINK) $$^ -o $$@
endef

# Rows as "name|switches", with commas where the switches have spaces.
RT_ROWS := $(shell sed -n 's/^{"name": "\([^"]*\)", "switches": "\([^"]*\)".*/\1|\2/p' runtimes/variants.json | tr ' ' ',')
comma   := ,
rt_name     = $(firstword $(subst |, ,$(1)))
rt_switches = $(subst $(comma), ,$(word 2,$(subst |, ,$(1))))
$(foreach r,$(RT_ROWS),$(eval $(call runtime,$(call rt_name,$(r)),$(call rt_switches,$(r)))))

# As a chain stores it when compressed: eight bytes, then a zstd frame.
$(RT)/%.compressed.wasm: $(RT)/%.wasm
	$(Q){ printf '\122\274\123\166\106\333\216\005'; zstd -q -19 -c $<; } > $@

RT_SPECS := $(RT)/mini.json $(RT)/mini-pending.json $(RT)/mini-sick.json $(RT)/mini-flag-kept.json
$(RT)/mini.json: $(RT)/mini-1.wasm
$(RT)/mini-pending.json: $(RT)/mini-1-pending.wasm
$(RT)/mini-sick.json: $(RT)/mini-1-sick.wasm
$(RT)/mini-flag-kept.json: $(RT)/mini-1-flag-kept.wasm
$(RT_SPECS): runtimes/genesis.py
	$(Q)python3 runtimes/genesis.py $(filter %.wasm,$^) $@

RT_ALL := $(foreach r,$(RT_ROWS),$(RT)/$(call rt_name,$(r)).wasm) $(RT)/mini-2.compressed.wasm $(RT_SPECS)
runtimes: $(RT_ALL) ## the small wasm runtimes and their specs
	@for n in $(notdir $(basename $(filter-out %.compressed.wasm,$(filter %.wasm,$^)))); do \
	    grep -qF "\`$$n\`" runtimes/README.md || { echo "runtimes/README.md says nothing of $$n" >&2; exit 1; }; \
	done

-include $(wildcard $(RT)/o/*.d $(RT)/o/*/*.d)
