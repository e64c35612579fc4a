/* Any text as a position: refused in one line, or a position that, written out, is read as the
 * same. Where it is said to be on a clock, it is after the fork. */
#include <assert.h>
#include <string.h>

#include "chain/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_out(char *text, size_t size, const dg_position *p)
{
    char which[16] = "";
    switch (p->kind) {
    case DG_POSITION_BOUNDARY:
        if (p->boundary)
            snprintf(which, sizeof which, "@%u", p->boundary);
        snprintf(text, size, "boundary%s%+lld%s", which, (long long)p->offset,
                 p->in_blocks ? "b" : "");
        break;
    case DG_POSITION_PERCENT:
        snprintf(text, size, "%llu%%", (unsigned long long)p->value);
        break;
    case DG_POSITION_BLOCK:
        snprintf(text, size, "#%llu", (unsigned long long)p->value);
        break;
    case DG_POSITION_NEXT:
        snprintf(text, size, "next");
        break;
    }
}

static bool same(const dg_position *a, const dg_position *b)
{
    return a->kind == b->kind && a->boundary == b->boundary && a->offset == b->offset
           && a->in_blocks == b->in_blocks && a->value == b->value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const dg_clock clock = { .next_slot = 1000, .next_boundary = 1010, .epoch_slots = 20 };
    char text[256], again[64];
    dg_position p, twice;
    dg_error err = { .text = "" };
    uint64_t slot = 0;
    dg_code rc;
    if (size >= sizeof text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = 0;
    if ((rc = dg_position_parse(&p, text, &err)) != DG_OK) {
        assert(rc == DG_USAGE && err.text[0] && !strchr(err.text, '\n'));
        return 0;
    }
    write_out(again, sizeof again, &p);
    rc = dg_position_parse(&twice, again, &err);
    assert(rc == DG_OK && same(&p, &twice));
    assert(strchr(text, '-') ? p.offset <= 0 : p.offset >= 0);
    rc = dg_position_slot(&p, &slot, &clock, 7, 1, &err);
    assert((rc == DG_OK && slot >= clock.next_slot) || (rc == DG_USAGE && err.text[0]));
    return 0;
}
