#include "inputs.h"

#include <string.h>
#include <zstd.h>

dg_buf inflated(const char *path)
{
    static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
    dg_buf raw = slurp(path), out;
    unsigned long long size;
    if (raw.len < 4 || memcmp(raw.at, magic, 4) != 0)
        return raw;
    size = ZSTD_getFrameContentSize(raw.at, raw.len);
    if (size > (unsigned long long)1 << 30)
        size = (unsigned long long)64 << 20; /* not stated */
    dg_buf_init(&out, (size_t)size);
    ck_assert_ptr_nonnull(dg_buf_grow(&out, (size_t)size));
    size = ZSTD_decompress(out.at, out.len, raw.at, raw.len);
    ck_assert(!ZSTD_isError(size));
    out.len = (size_t)size;
    dg_buf_clear(&raw);
    return out;
}

static void pairs_init(pairs *p)
{
    *p = (pairs){ 0 };
    dg_arena_init(&p->arena, (size_t)1 << 30);
}

void pairs_clear(pairs *p)
{
    dg_arena_clear(&p->arena);
    dg_free(p->at);
}

/* Side 0 (key) or 1 (value) of pair `i`. */
static void set(pairs *p, size_t i, int side, dg_bytes bytes)
{
    while (i >= p->cap) {
        p->cap = p->cap ? 2 * p->cap : 64;
        p->at = dg_realloc(p->at, p->cap * sizeof *p->at);
        ck_assert_ptr_nonnull(p->at);
    }
    p->at[i][side] = bytes;
    p->len = i + 1 > p->len ? i + 1 : p->len;
}

static dg_bytes from_hex(pairs *p, const char *text, size_t len)
{
    uint8_t *room = dg_arena_take(&p->arena, len / 2 + 1);
    dg_buf out = dg_buf_on(room, len / 2 + 1);
    dg_error err;
    if (dg_hex_get(&out, text, len, &err) < 0)
        ck_abort_msg("%s", err.text);
    return dg_buf_bytes(&out);
}

static char *trim(char *line)
{
    char *end = line + strlen(line);
    while (*line == ' ')
        line++;
    while (end > line && (end[-1] == ' ' || end[-1] == '\r'))
        *--end = 0;
    return line;
}

pairs pairs_from_yaml(const char *path, bool keys_in_hex)
{
    dg_buf text = inflated(path);
    size_t count[2] = { 0, 0 };
    int side = 0;
    pairs p;
    pairs_init(&p);
    dg_buf_text(&text);
    text.max = SIZE_MAX / 4;
    for (char *line = strtok((char *)text.at, "\n"); line; line = strtok(NULL, "\n")) {
        line = trim(line);
        if (strncmp(line, "- ", 2) != 0) {
            side = strcmp(line, "values:") == 0;
            continue;
        }
        line = trim(line + 2);
        set(&p, count[side]++, side,
            side == 0 && keys_in_hex ? from_hex(&p, line, strlen(line))
                                     : dg_arena_copy(&p.arena, dg_text(line)));
    }
    ck_assert_uint_eq(count[0], count[1]);
    dg_buf_clear(&text);
    return p;
}

static void set_json(pairs *p, size_t i, const char *key, const char *value)
{
    set(p, i, 0, from_hex(p, key, strlen(key)));
    set(p, i, 1, from_hex(p, value, strlen(value)));
}

pairs pairs_from_json(const char *path)
{
    dg_buf text = inflated(path);
    json_t *root = json_loadb((const char *)text.at, text.len, 0, NULL), *list, *top;
    const char *key;
    json_t *value;
    size_t i = 0;
    pairs p;
    pairs_init(&p);
    ck_assert_ptr_nonnull(root);
    list = json_object_get(root, "result");
    top = json_object_get(json_object_get(json_object_get(root, "genesis"), "raw"), "top");
    ck_assert(json_is_array(list) || json_is_object(top));
    json_array_foreach(list, i, value) set_json(&p, i, json_string_value(json_array_get(value, 0)),
                                                json_string_value(json_array_get(value, 1)));
    json_object_foreach(top, key, value) set_json(&p, i++, key, json_string_value(value));
    json_decref(root);
    dg_buf_clear(&text);
    return p;
}

dg_hash hash_of_text(const json_t *text)
{
    dg_hash hash;
    dg_bytes bytes = hex(json_string_value(text));
    ck_assert_uint_eq(bytes.len, 32);
    memcpy(hash.at, bytes.at, 32);
    return hash;
}
