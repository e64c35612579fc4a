/* trap.c - why a call ended, in one line. */
#include "wasm/wasm_impl.h"

#include <ctype.h>
#include <string.h>

static const struct {
    wasmtime_trap_code_t code;
    dg_trap_kind kind;
    const char *says;
} causes[] = {
    { WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED, DG_TRAP_PANIC, "panicked (unreachable)" },
    { WASMTIME_TRAP_CODE_OUT_OF_FUEL, DG_TRAP_FUEL, "ran out of fuel" },
    { WASMTIME_TRAP_CODE_STACK_OVERFLOW, DG_TRAP_STACK, "exhausted the call stack" },
    { WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS, DG_TRAP_MEMORY, "accessed memory out of bounds" },
    { WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO, DG_TRAP_OTHER, "divided by zero" },
    { WASMTIME_TRAP_CODE_INTEGER_OVERFLOW, DG_TRAP_OTHER, "overflowed an integer" },
    { WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER, DG_TRAP_OTHER, "converted NaN to an integer" },
    { WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL, DG_TRAP_OTHER, "called an empty table element" },
    { WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS, DG_TRAP_OTHER, "called beyond the table" },
    { WASMTIME_TRAP_CODE_BAD_SIGNATURE, DG_TRAP_OTHER, "called a function of another type" },
};

/* "_ZN4core3fmt5write17h0123456789abcdefE": lengths and names, last a hash. */
static bool legacy_path(char *out, size_t len, const char *at)
{
    size_t used = 0;
    while (isdigit((unsigned char)*at)) {
        size_t part = 0;
        while (isdigit((unsigned char)*at) && part < 1000)
            part = part * 10 + (size_t)(*at++ - '0');
        if (part == 0)
            return false;
        if (strlen(at) < part) /* the name itself was cut off */
            part = strlen(at);
        if (part == 17 && at[0] == 'h' && at[part] == 'E')
            break;
        int put = snprintf(out + used, len - used, "%s%.*s", used ? "::" : "", (int)part, at);
        if (put < 0 || (size_t)put >= len - used)
            return true; /* cut off where the room ends */
        used += (size_t)put;
        at += part;
    }
    return used > 0;
}

static void unescape(char *text)
{
    static const struct {
        const char *code;
        char is;
    } codes[] = {
        { "$LT$", '<' },  { "$GT$", '>' },  { "$RF$", '&' },  { "$BP$", '*' },  { "$C$", ',' },
        { "$LP$", '(' },  { "$RP$", ')' },  { "$u20$", ' ' }, { "$u7b$", '{' }, { "$u7d$", '}' },
        { "$u5b$", '[' }, { "$u5d$", ']' }, { "$u3b$", ';' }, { "$u2b$", '+' }, { "$u27$", '\'' },
    };
    for (char *p = text; (p = strstr(p, "..")); p++)
        p[0] = p[1] = ':';
    for (char *p = text; (p = strchr(p, '$')); p++)
        for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
            size_t len = strlen(codes[i].code);
            if (strncmp(p, codes[i].code, len) == 0) {
                *p = codes[i].is;
                memmove(p + 1, p + len, strlen(p + len) + 1);
                break;
            }
        }
}

void dg_wasm_demangle(char *out, size_t len, dg_bytes name)
{
    char raw[512];
    snprintf(raw, sizeof raw, "%.*s", (int)(name.len < sizeof raw ? name.len : sizeof raw - 1),
             name.at ? (const char *)name.at : "");
    if (strncmp(raw, "_ZN", 3) == 0 && legacy_path(out, len, raw + 3))
        unescape(out);
    else
        snprintf(out, len, "%.*s", (int)(len - 1), raw);
}

static void put_frames(dg_buf *text, const wasm_frame_vec_t *frames)
{
    for (size_t i = 0; i < frames->size && i < 3; i++) {
        const wasm_name_t *name = wasmtime_frame_func_name(frames->data[i]);
        char shown[96];
        if (name && name->size)
            dg_wasm_demangle(shown, sizeof shown, dg_bytes_of(name->data, name->size));
        else
            snprintf(shown, sizeof shown, "function %u", wasm_frame_func_index(frames->data[i]));
        dg_buf_printf(text, "%s%s", i ? " < " : " in ", shown);
    }
}

/* The cause stands last in the engine's text. */
static void put_last_line(dg_buf *text, const wasm_byte_vec_t *message)
{
    size_t end = message->size, start;
    while (end && (message->data[end - 1] == 0 || isspace((unsigned char)message->data[end - 1])))
        end--;
    for (start = end; start && message->data[start - 1] != '\n'; start--)
        ;
    while (start < end && message->data[start] == ' ')
        start++;
    dg_buf_put(text, message->data + start, end - start);
}

static dg_trap_kind put_cause(dg_buf *text, wasmtime_error_t *error, wasm_trap_t *trap)
{
    wasm_byte_vec_t message;
    wasmtime_trap_code_t code;
    dg_trap_kind kind = DG_TRAP_OTHER;
    if (trap && wasmtime_trap_code(trap, &code))
        for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
            if (causes[i].code == code) {
                dg_buf_printf(text, " %s", causes[i].says);
                return causes[i].kind;
            }
    if (error)
        wasmtime_error_message(error, &message);
    else
        wasm_trap_message(trap, &message);
    dg_buf_put_text(text, ": ");
    put_last_line(text, &message);
    wasm_byte_vec_delete(&message);
    return kind;
}

/* The library words what the system refused it, and has no code for it. A guest whose names hold
 * these words ends as a lack as well: that is no verdict either.
 * Mirrors: Rust std::io::Error Display; wasmtime OutOfMemory Display. */
bool dg_wasm_is_lack(const wasmtime_error_t *error)
{
    static const char *const words[] = { "(os error ", "out of memory", "failed to allocate",
                                         "memfd" };
    wasm_byte_vec_t message;
    bool found = false;
    wasmtime_error_message(error, &message);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (size_t at = 0, len = strlen(words[i]); at + len <= message.size && !found; at++)
            found = memcmp(message.data + at, words[i], len) == 0;
    wasm_byte_vec_delete(&message);
    return found;
}

dg_trap_kind dg_wasm_trap_word(dg_error *err, wasmtime_error_t *error, wasm_trap_t *trap,
                               const char *entry)
{
    char room[400];
    dg_buf text = dg_buf_on(room, sizeof room - 1);
    wasm_frame_vec_t frames;
    dg_trap_kind kind = put_cause(&text, error, trap);
    if (error)
        wasmtime_error_wasm_trace(error, &frames);
    else
        wasm_trap_trace(trap, &frames);
    put_frames(&text, &frames);
    wasm_frame_vec_delete(&frames);
    dg_fail(err, DG_TRAP, "%s%.*s", entry, (int)text.len, room);
    if (error)
        wasmtime_error_delete(error);
    if (trap)
        wasm_trap_delete(trap);
    return kind;
}

dg_code dg_wasm_fail(dg_error *err, dg_code code, wasmtime_error_t *error, const char *doing)
{
    char room[400];
    dg_buf text = dg_buf_on(room, sizeof room);
    wasm_byte_vec_t message;
    if (dg_wasm_is_lack(error))
        code = DG_NOMEM;
    wasmtime_error_message(error, &message);
    put_last_line(&text, &message);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return dg_fail(err, code, "%s: %.*s", doing, (int)text.len, room);
}
