/* library.c - which engine library is loaded, to the build. Version numbers do
 * not tell: a rebuilt library of one version makes other machine code. */
#define _GNU_SOURCE /* dl_iterate_phdr: the only way to a build id */
#include "wasm/wasm_impl.h"

#include <link.h>
#include <string.h>

typedef struct search {
    char *out;
    size_t len;
} search;

static bool put_note(search *s, const uint8_t *at, size_t len)
{
    while (len >= 12) {
        uint32_t name = dg_le32(at), desc = dg_le32(at + 4), type = dg_le32(at + 8);
        size_t name_len = (name + 3u) & ~3u, desc_len = (desc + 3u) & ~3u;
        if (name_len > len - 12 || desc_len > len - 12 - name_len)
            return false;
        if (type == 3 && name == 4 && memcmp(at + 12, "GNU", 4) == 0) {
            for (size_t i = 0; i < desc && 2 * i + 2 < s->len; i++)
                snprintf(s->out + 2 * i, 3, "%02x", at[12 + name_len + i]);
            return true;
        }
        at += 12 + name_len + desc_len;
        len -= 12 + name_len + desc_len;
    }
    return false;
}

static int look(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    if (!info->dlpi_name || !strstr(info->dlpi_name, "libwasmtime"))
        return 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t at = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_NOTE
            && put_note(user, (const uint8_t *)at, info->dlpi_phdr[i].p_memsz))
            break;
    }
    return 1;
}

void dg_wasm_library_id(char *out, size_t len)
{
    search s = { out, len };
    snprintf(out, len, "unnamed");
    dl_iterate_phdr(look, &s);
}
