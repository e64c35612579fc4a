/* Any bytes as the note beside a file: lines of plain text, each once however often it is added. */
#include "../support/fuzz_file.h"

#include "source/source.h"

static void is_plain(const json_t *list)
{
    size_t i, k;
    const json_t *line, *other;
    json_array_foreach(list, i, line)
    {
        const char *text = json_string_value(line);
        assert(text && text[0]);
        for (const char *at = text; *at; at++)
            assert(*at >= 0x20 && *at < 0x7f);
        json_array_foreach(list, k, other) assert(i == k || !json_equal(line, other));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[200], data_path[200];
    json_t *list = json_array();
    size_t lines;
    int bad;
    fuzz_put(fuzz_path(path, "spec.note"), dg_bytes_of(data, size));
    fuzz_path(data_path, "spec");
    bad = dg_source_notes(list, data_path);
    assert(!bad);
    is_plain(list);
    lines = json_array_size(list);
    bad = dg_source_notes(list, data_path);
    assert(!bad && json_array_size(list) == lines);
    json_decref(list);
    return 0;
}
