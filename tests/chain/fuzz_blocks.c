/* Any bytes as a file of blocks, in whichever of the three forms: read to an end or to a refusal in
 * one line; what was read, written as lines of hex and as SCALE, is read as the same blocks. */
#include "../support/fuzz_file.h"

#include "chain/chain.h"
#include "scale/scale.h"

/* The blocks of the file as lines of hex or as one run of bytes. */
static dg_code read_all(dg_buf *out, uint32_t *blocks, const char *path, bool hex, dg_error *err)
{
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes header;
    size_t count;
    dg_buf block;
    dg_code rc = dg_block_reader_open(&reader, path, err);
    assert(rc == DG_OK);
    dg_buf_init(&block, 1 << 26);
    for (*blocks = 0;
         (rc = dg_block_reader_next(reader, &header, &extrinsics, &count, err)) == DG_OK;
         ++*blocks) {
        dg_buf_reset(&block);
        dg_buf_put_bytes(&block, header);
        dg_scale_put_compact(&block, count);
        for (size_t i = 0; i < count; i++)
            dg_buf_put_bytes(&block, extrinsics[i]);
        if (hex) {
            dg_hex_put(out, dg_buf_bytes(&block));
            dg_buf_put_u8(out, '\n');
        } else {
            dg_buf_put_bytes(out, dg_buf_bytes(&block));
        }
        assert(block.rc == DG_OK && out->rc == DG_OK);
    }
    dg_buf_clear(&block);
    dg_block_reader_close(reader);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char in[200], as_hex[200], as_bytes[200];
    dg_error err = { .text = "" };
    uint32_t blocks, again;
    dg_buf hex, same, bytes;
    dg_code rc;
    dg_buf_init(&hex, 1 << 28);
    dg_buf_init(&same, 1 << 28);
    dg_buf_init(&bytes, 1 << 28);
    fuzz_put(fuzz_path(in, "in"), dg_bytes_of(data, size));
    if ((rc = read_all(&hex, &blocks, in, true, &err)) < 0) {
        assert(rc == DG_MALFORMED || rc == DG_UNSUPPORTED || rc == DG_LIMIT);
        fuzz_refused(&err);
    }
    fuzz_put(fuzz_path(as_hex, "hex"), dg_buf_bytes(&hex));
    rc = read_all(&bytes, &again, as_hex, false, &err);
    assert(rc == DG_END && again == blocks);
    fuzz_put(fuzz_path(as_bytes, "bytes"), dg_buf_bytes(&bytes));
    rc = read_all(&same, &again, as_bytes, true, &err);
    assert(rc == DG_END && again == blocks);
    assert(dg_bytes_equal(dg_buf_bytes(&same), dg_buf_bytes(&hex)));
    dg_buf_clear(&hex);
    dg_buf_clear(&same);
    dg_buf_clear(&bytes);
    return 0;
}
