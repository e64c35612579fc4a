/* base.h - what every room may lean on: codes, bytes, memory, chance, files.
 *
 * Nothing here knows of chains. Everything that can fail says so with a
 * dg_code; the words travel in a dg_error that the caller owns. In short:
 *
 *   dg_code greet(const char *path, const char *name, dg_error *err)
 *   {
 *       dg_buf text;
 *       dg_code rc;
 *       dg_buf_init(&text, 1000);
 *       dg_buf_put_text(&text, "hello ");                 appends are not checked one by one
 *       dg_buf_put_text(&text, name);
 *       if ((rc = dg_buf_check(&text, err, "greeting")) >= 0)
 *           rc = dg_file_write(path, dg_buf_bytes(&text), err);
 *       dg_buf_clear(&text);                              in every case
 *       return rc;
 *   }
 *
 * Threads may call all of it at one time, each on objects of its own. Test hooks, the level of the
 * log, the start of the wall clock and the list of scrap are the process's.
 *
 * Invariant: no function of this room reads a clock, a locale, an address or an
 * environment variable, except the log (stderr only) and the file functions. */
#ifndef DG_BASE_H
#define DG_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- codes ---- */

/* Below zero the call failed; zero and above are answers. */
typedef enum dg_code {
    DG_OK = 0,
    DG_END = 1,        /* iterator: nothing more */
    DG_ABSENT = 2,     /* the thing asked for does not exist */
    DG_MALFORMED = -1, /* bytes from outside do not decode */
    DG_TRAP = -2,      /* the runtime panicked or was cut off */
    DG_LIMIT = -3,     /* a stated maximum was reached */
    DG_IO = -4,        /* file, socket, database */
    DG_NOMEM = -5,
    DG_USAGE = -6,       /* what the user wrote cannot be done as written */
    DG_UNSUPPORTED = -7, /* well formed, but this program does not read it */
    DG_MISMATCH = -8     /* a hash, root or result is not what it must be */
} dg_code;

/* Is it the machine's failure (DG_IO, DG_NOMEM), which says nothing of what was looked at? */
static inline bool dg_code_is_of_machine(dg_code rc)
{
    return rc == DG_IO || rc == DG_NOMEM;
}

/* One line, past tense, with the value at fault. Owned by the caller, on its stack as a rule; it is
 * written when something fails and left alone otherwise, so it need not be zeroed, and may be read
 * only after a code below zero. */
typedef struct dg_error {
    dg_code code;
    char text[480];
} dg_error;

/* Words a failure and returns `code`. `err` may be NULL. Truncates silently;
 * never allocates. Bytes below 0x20 are shown as '?', so one failure is always
 * one line. DG_NOMEM is a lack: see dg_lack_ends. */
dg_code dg_fail(dg_error *err, dg_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before a text that is already there (file name, block) and returns `code`, which
 * becomes the error's. Nothing happens to an `err` that is NULL. */
dg_code dg_fail_within(dg_error *err, dg_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__
/* It reads one file at a time; that both return `code` must be told to it. */
#define dg_fail(err, code, ...) ((void)dg_fail(err, code, __VA_ARGS__), (code))
#define dg_fail_within(err, code, ...) ((void)dg_fail_within(err, code, __VA_ARGS__), (code))
#endif

/* ---- exit codes: a contract with what runs this unattended, as CI ---- */

/* HELD: all claims held, or a command did what was asked. BROKE: a claim that gates broke. USAGE:
 * command line, plan or input cannot be used. INCONCLUSIVE: what a claim is about did not happen,
 * or N-1 alone fails already. ENVIRONMENT: file, network, memory. INTERNAL: two runs of one seed
 * differ, or the program is at fault. A number is never given another meaning. */
enum {
    DG_EXIT_HELD = 0,
    DG_EXIT_BROKE = 1,
    DG_EXIT_USAGE = 2,
    DG_EXIT_INCONCLUSIVE = 3,
    DG_EXIT_ENVIRONMENT = 4,
    DG_EXIT_INTERNAL = 5
};
/* The exit code for a call that failed: what the user handed in (DG_USAGE,
 * DG_MALFORMED, DG_UNSUPPORTED, DG_MISMATCH, DG_ABSENT) 2; DG_TRAP, DG_LIMIT 3;
 * DG_IO, DG_NOMEM 4. Never 0 for a failure. */
int dg_exit_of(dg_code rc);
/* Which of two exit codes stands for both, of work that is of several parts: the worse one in the
 * order 5, 4, 2, 1, 3, 0. What could not be done comes before what broke, and what broke before
 * what says nothing. */
int dg_exit_worst(int a, int b);

/* Simulated true time, ns since the start of the run. */
typedef uint64_t dg_ns;

/* ---- memory: all our code takes from the heap, so that a test can make any request fail ---- */

/* `size` bytes of heap, not zeroed; NULL when there is none, or when a test has it so. Size 0
 * gives an address as well. The caller gives it back with dg_free. */
void *dg_malloc(size_t size);
/* `count` times `size` bytes, zeroed; NULL when there is none or the product does not fit. */
void *dg_calloc(size_t count, size_t size);
/* `at` (NULL: nothing yet) with room for `size` bytes, moved where need be. NULL when there is
 * none: `at` is still the caller's then. */
void *dg_realloc(void *at, size_t size);
/* Gives back what one of the above gave. NULL is fine. */
void dg_free(void *at);
/* A copy of a C text, to be given back with dg_free; NULL when there is no memory. */
char *dg_strdup(const char *text);

/* Test hook: the request number `nth` from now (1 = the next) and all after it
 * fail; 0 switches the hook off. A loop over nth = 1, 2, .. until the call succeeds has then failed
 * each of its requests once. */
void dg_alloc_fail_from(uint64_t nth);

/* ---- bytes ---- */

/* Bytes that belong to somebody else: `at` may be NULL where `len` is 0. */
typedef struct dg_bytes {
    const uint8_t *at;
    size_t len;
} dg_bytes; /* borrowed */
/* 32 bytes in the order in which they are stored and printed: a block, a root, a code. */
typedef struct dg_hash {
    uint8_t at[32];
} dg_hash;

/* Owned, growing. `max` is set once, by init; an append beyond it, or without
 * memory, sets `rc` and leaves the bytes as they were: write many, check once. Room grows
 * twofold, so many small appends cost what one large one does. */
typedef struct dg_buf {
    uint8_t *at;
    size_t len, cap, max; /* bytes */
    bool fixed;           /* room belongs to the caller */
    dg_code rc;           /* DG_OK, DG_LIMIT or DG_NOMEM */
} dg_buf;

#define DG_BYTES_OF(array) ((dg_bytes){ (const uint8_t *)(array), sizeof(array) })

/* `len` bytes at `at`, borrowed: valid as long as they are. */
static inline dg_bytes dg_bytes_of(const void *at, size_t len)
{
    return (dg_bytes){ (const uint8_t *)at, len };
}
/* The 32 bytes of a hash, borrowed from it. */
static inline dg_bytes dg_hash_bytes(const dg_hash *h)
{
    return (dg_bytes){ h->at, 32 };
}
/* The bytes of a C text, borrowed, without the final NUL. */
dg_bytes dg_text(const char *text);
/* The same length and the same bytes. Two empty ones are equal, wherever they are. */
bool dg_bytes_equal(dg_bytes a, dg_bytes b);
/* Below, at or above 0 as memcmp has it; where one begins the other the shorter comes first.
 * This is the order of keys in a trie. */
int dg_bytes_compare(dg_bytes a, dg_bytes b);
/* Does `whole` begin with `prefix`? Every one begins with the empty one. */
bool dg_bytes_begin(dg_bytes whole, dg_bytes prefix);
/* The same 32 bytes. Not in constant time: no secret is compared with it. */
bool dg_hash_equal(const dg_hash *a, const dg_hash *b);

/* An empty buffer that may grow to `max` bytes. Holds no memory yet. */
void dg_buf_init(dg_buf *buf, size_t max);
/* An empty buffer over `size` bytes of the caller's, which must outlive it: it never allocates,
 * and what does not fit is DG_LIMIT. */
dg_buf dg_buf_on(void *room, size_t size);
/* Gives the memory back and forgets a failure; usable again, with the same `max`. */
void dg_buf_clear(dg_buf *buf);
/* Empty again and without a failure; its memory is kept for what comes next. */
void dg_buf_reset(dg_buf *buf);
/* Appends `len` bytes, which must not lie in this buffer. A failure is in `rc`, and nothing is
 * appended from then on. */
void dg_buf_put(dg_buf *buf, const void *at, size_t len);
/* Appends borrowed bytes; see dg_buf_put. */
void dg_buf_put_bytes(dg_buf *buf, dg_bytes bytes);
/* Appends one byte; see dg_buf_put. */
void dg_buf_put_u8(dg_buf *buf, uint8_t v);
/* Appends a C text without its NUL; see dg_buf_put. */
void dg_buf_put_text(dg_buf *buf, const char *text);
/* Appends what printf would print, whole or not at all; see dg_buf_put. */
void dg_buf_printf(dg_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes the buffer `len` bytes longer and returns where they begin, for the caller to fill in;
 * NULL on failure. A later append may move them. */
uint8_t *dg_buf_grow(dg_buf *buf, size_t len);
/* The bytes as C text: appends a NUL that is not counted. "" on failure. */
const char *dg_buf_text(dg_buf *buf);
/* What is in the buffer, borrowed until the next append, reset or clear. */
dg_bytes dg_buf_bytes(const dg_buf *buf);
/* DG_OK, or the first failure since the last reset, worded with `what` ("the proof"): DG_LIMIT
 * with the maximum, DG_NOMEM. */
dg_code dg_buf_check(const dg_buf *buf, dg_error *err, const char *what);

/* ---- numbers in bytes, little-endian ---- */

/* The 16-bit number in 2 bytes, which need not be aligned. */
static inline uint16_t dg_le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* The 32-bit number in 4 bytes, which need not be aligned. */
static inline uint32_t dg_le32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The 64-bit number in 8 bytes, which need not be aligned. */
static inline uint64_t dg_le64(const uint8_t *at)
{
    return (uint64_t)dg_le32(at) | (uint64_t)dg_le32(at + 4) << 32;
}

/* Writes `v` into 4 bytes. */
static inline void dg_le32_put(uint8_t *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> 8 * i);
}

/* Writes `v` into 8 bytes. */
static inline void dg_le64_put(uint8_t *at, uint64_t v)
{
    dg_le32_put(at, (uint32_t)v);
    dg_le32_put(at + 4, (uint32_t)(v >> 32));
}

/* ---- hex ---- */

/* Appends "0x" and two lower-case digits a byte. */
void dg_hex_put(dg_buf *buf, dg_bytes bytes);
/* Accepts an optional 0x. DG_MALFORMED: odd number of digits, a character that
 * is no digit (with its position); DG_LIMIT from `out`. */
dg_code dg_hex_get(dg_buf *out, const char *text, size_t len, dg_error *err);
/* As text for messages: "0x1234..cdef" (8 digits). Returned by value. */
typedef struct dg_hex_text {
    char text[72];
} dg_hex_text;
/* "0x" and all 64 digits, for outcomes and messages. */
dg_hex_text dg_hash_text(const dg_hash *hash);
/* "0x1234..cdef", eight digits of it, for messages. Returned by value, as the above. */
dg_hex_text dg_hash_short(const dg_hash *hash);

/* ---- arena: many small things that die together ---- */

/* Room comes in pages of 64 KiB, or of one thing that is larger. `used` counts what was taken, each
 * rounded up to 16 bytes. What was taken never moves. */
typedef struct dg_arena_page dg_arena_page;
typedef struct dg_arena {
    dg_arena_page *pages;
    size_t used, max;
} dg_arena;

/* An arena of at most `max` bytes over all that is taken from it. Holds no memory yet. */
void dg_arena_init(dg_arena *arena, size_t max);
/* `size` zeroed bytes, 16-aligned, that live until the next reset or clear. NULL when there is
 * no memory or `max` is reached: the caller words it. */
void *dg_arena_take(dg_arena *arena, size_t size);
/* A copy of `text` with a NUL behind it; NULL as dg_arena_take. */
char *dg_arena_text(dg_arena *arena, dg_bytes text);
/* A copy of `bytes`; `.at` is NULL on failure, and never NULL otherwise, also for none. */
dg_bytes dg_arena_copy(dg_arena *arena, dg_bytes bytes);
/* All that was taken is gone. The first page is kept, so that the next round asks for no memory. */
void dg_arena_reset(dg_arena *arena);
/* As reset, and the memory is given back; usable again. */
void dg_arena_clear(dg_arena *arena);

/* ---- chance: counter-based streams, one per (purpose, identity) ---- */

/* A stream is a function of (seed, name, a, b) alone: adding one does not shift
 * another. Not for secrets. A plain value: a copy goes on by itself, and yields the same numbers
 * as the original. The same on every machine. */
typedef struct dg_rng {
    uint64_t key, count;
} dg_rng;

/* The stream of (seed, purpose, a, b), from its beginning. `purpose` names who draws from it, as
 * "link"; a and b are whatever tells its streams apart. */
dg_rng dg_rng_fork(uint64_t seed, const char *purpose, uint64_t a, uint64_t b);
/* The first of the two steps of dg_rng_fork, for streams of one purpose by the thousand: what
 * depends on seed and purpose. */
dg_rng dg_rng_root(uint64_t seed, const char *purpose);
/* The second step: the stream (a, b) of `root`, the same that dg_rng_fork gives. */
dg_rng dg_rng_branch(const dg_rng *root, uint64_t a, uint64_t b);
/* The next 64 bits of the stream. */
uint64_t dg_rng_u64(dg_rng *rng);
/* The next number of 0..bound-1, each equally likely. `bound` is at least 1. May draw more than
 * once. */
uint64_t dg_rng_below(dg_rng *rng, uint64_t bound);
/* Fills `len` bytes from the stream; 8 bytes are one draw. */
void dg_rng_bytes(dg_rng *rng, uint8_t *out, size_t len);

/* ---- files ---- */

/* To be read, "-" being stdin; NULL with errno. Given back with dg_file_in_close. */
FILE *dg_file_in(const char *path, const char *mode);
/* Leaves stdin open; fine on NULL. */
void dg_file_in_close(FILE *in);
/* The whole file, or stdin for "-", appended to `out`. DG_IO (absent, unreadable, a folder),
 * DG_LIMIT above out->max, DG_NOMEM; what was read till then stays in `out`. */
dg_code dg_file_read(dg_buf *out, const char *path, dg_error *err);
/* Is there anything at `path`, a folder included? */
bool dg_file_exists(const char *path);
/* Are the two one file or folder, by whatever names? Not where one of them is not there. */
bool dg_file_same(const char *a, const char *b);
/* Is there a folder at `path`? */
bool dg_dir_exists(const char *path);
/* Makes the folder, with its parents; DG_OK if it is there already. DG_IO. */
dg_code dg_dir_make(const char *path, dg_error *err);
/* Makes the folder, with its parents, for this user alone: false where that cannot be had, since it
 * is another user's, or cannot be made or written. What is kept there is believed later. */
bool dg_dir_own(const char *path);
/* Removes the folder with all below it; links are removed and not followed. DG_OK if there is
 * none; DG_IO. */
dg_code dg_dir_remove(const char *path, dg_error *err);
/* What was renamed in the folder stays so after a power cut. DG_IO. */
dg_code dg_dir_sync(const char *path, dg_error *err);

/* ---- files in the making ----
 *
 *   try     dg_file_try              before hours of work: could it be written?
 *   begin   dg_file_begin            a file beside `path`, under a name of its own
 *   write   dg_file_put              the first failure is kept; commit returns it
 *   end     dg_file_commit           synced and renamed: the old content or the new, never half
 *           dg_file_abandon          what was beside `path` is gone
 *
 * A link is followed and stays; the file that it leads to keeps its mode. What is no regular file
 * (a device, a pipe), and what this program has as its stdout or stderr, is never replaced: it is
 * written to as it is. A signal that ends the program takes the file beside with it
 * (dg_scrap_on_signals); only a kill -9 leaves it. */
typedef struct dg_file_out {
    FILE *file;  /* NULL: nothing is in the making */
    char *path;  /* with links followed */
    char *aside; /* NULL: written to as it is */
    int scrap;   /* of `aside` */
    int why;     /* errno of the first failure; 0: none */
    unsigned how;
} dg_file_out;

enum {
    DG_FILE_PRIVATE = 1, /* a new file is for its owner alone */
    DG_FILE_QUICK = 2    /* not synced: for what is checked when it is read */
};

/* Whether dg_file_begin would do now, and whether a commit would be refused for more than a
 * lack of room. Leaves nothing, writes to nothing, does not wait for the reader of a pipe.
 * DG_IO: no such folder, no permission to write, it is a folder. */
dg_code dg_file_try(const char *path, dg_error *err);
/* "-" is stdout. `how`: 0 or DG_FILE_.. together. DG_IO as above; DG_NOMEM. `out` is cleared on
 * failure. */
dg_code dg_file_begin(dg_file_out *out, const char *path, unsigned how, dg_error *err);
/* Appends `bytes`. A failure is kept, nothing is written from then on, and commit tells. */
void dg_file_put(dg_file_out *out, dg_bytes bytes);
/* DG_IO: a write, the sync or the rename failed, with its reason; then `path` is as it was, but
 * for what is written to as it is, and for the sync of the folder, which comes after the rename.
 * Ends `out` in every case. */
dg_code dg_file_commit(dg_file_out *out, dg_error *err);
void dg_file_abandon(dg_file_out *out); /* fine after a failed begin, and twice */
/* `begin`, `put` and `commit` of one content. */
dg_code dg_file_write(const char *path, dg_bytes content, dg_error *err);

/* Test hook: the step number `nth` from now (1 = the next) of all that begin, put and commit ask
 * of the system (open, write, sync, close, rename) fails with EIO; 0 switches the hook off. */
void dg_file_fail_at(uint64_t nth);

/* ---- scrap: what a signal that ends the program must not leave ---- */

/* Remembers the name of a file or an empty folder for as long as it is in the making. The number
 * to drop it by; 0: not remembered (no memory, or 64 are). */
int dg_scrap_add(const char *path);
void dg_scrap_drop(int scrap); /* fine for 0 */
/* From here on SIGHUP, SIGINT and SIGTERM remove what is remembered, newest first, before they
 * end the program as ever. A signal that is ignored stays so. */
void dg_scrap_on_signals(void);

/* Removes what is remembered, newest first, as a signal has it. A handler may call it. */
void dg_scrap_remove(void);

/* ---- lack: what the machine refuses is no answer ----
 *
 * From dg_lack_ends on, a failure for lack of memory (a request of ours that the heap refused, or
 * DG_NOMEM worded by dg_fail) ends the program where it is met: one line on stderr, scrap removed,
 * exit code 4, nothing that waits in a buffer written. So does a library that calls abort(3), whose
 * own words then stand above. Without it, as in tests, rooms return codes. What the test hooks
 * refuse is no lack. */

/* Once, at the start of the program, in its first thread, which it gives 8 MiB of stack, or ends
 * here where a limit forbids them. */
void dg_lack_ends(void);
/* `what` was refused ("the guest's memory could not grow"): ends the program, or returns where
 * nobody called dg_lack_ends. */
void dg_lack_met(const char *what);

/* ---- scratch: a private folder for what is in the making ---- */

enum { DG_SCRATCH_FILES_MAX = 40, DG_SCRATCH_FOLDER_MAX = 512, DG_SCRATCH_PATH_MAX = 640 };
typedef struct dg_scratch {
    char folder[DG_SCRATCH_FOLDER_MAX]; /* "": none */
    int scraps[DG_SCRATCH_FILES_MAX];
    size_t count;
} dg_scratch;
/* A new folder for its owner alone: `prefix` and six letters; NULL: where temporary files go
 * (TMPDIR). A signal that ends the program takes it along, if no more is in it than what
 * dg_scratch_path named. DG_IO. */
dg_code dg_scratch_make(dg_scratch *scratch, const char *prefix, dg_error *err);
/* The path of a file or folder in it, which is remembered from now on; it is not made. At most
 * DG_SCRATCH_FILES_MAX - 1 of them; `name` is of this program, or was found plain. */
void dg_scratch_path(dg_scratch *scratch, char path[DG_SCRATCH_PATH_MAX], const char *name);
/* It is not temporary any more: nothing is remembered. */
void dg_scratch_keep(dg_scratch *scratch);
/* With all that is in it; fine on zeros. */
void dg_scratch_remove(dg_scratch *scratch);

/* ---- locks: a place that one process owns at a time ----
 *
 * A process id says nothing to another container or host; a lock does, and the kernel takes it
 * back with its owner, by whatever death. */
typedef struct dg_lock {
    char *path; /* NULL: not held */
    int fd, scrap;
} dg_lock;

/* The lock that is the file `path`, made if it is not there. It excludes other threads of this
 * process as well. DG_OK: it is ours until
 * dg_lock_release; DG_END: another has it (with `wait`: never, it is waited for); DG_IO: the file
 * cannot be made, or its filesystem has no locks and the file that stands for one is there. */
dg_code dg_lock_take(dg_lock *lock, const char *path, bool wait, dg_error *err);
void dg_lock_release(dg_lock *lock); /* removes the file; fine on what is not held */
/* Test hook: from here on, or no more, as if no filesystem had locks. */
void dg_lock_lack(bool on);

/* ---- words ---- */

/* The entry of `names` (NULL-terminated) nearest to `word` by edit distance, or
 * NULL when none is near enough to be what was meant: with more than one slip, and one more for
 * every three letters. Two letters swapped are one slip; of equals the first in the list. */
const char *dg_nearest(const char *word, const char *const *names);

/* ---- log on stderr: sentences for users, and with -v `time_ns room event key=value ...` ---- */

typedef enum dg_log_level { DG_LOG_QUIET, DG_LOG_NORMAL, DG_LOG_VERBOSE } dg_log_level;
/* What is logged from here on; DG_LOG_NORMAL at first. For the whole process. */
void dg_log_set(dg_log_level level);
/* The level that is set, for code that prints progress. */
dg_log_level dg_log_get(void);
/* One line of `room`'s if `level` is at or below the one that is set. Leaf code does not log: it
 * returns codes. What is NORMAL is a sentence for the user, behind "doppel: "; what is VERBOSE has
 * wall time and room before it. */
void dg_log(dg_log_level level, const char *room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Wall time in ns since this was first called, which never goes back: for logs, progress and
 * benches only; it must never reach an outcome. */
uint64_t dg_wall_ns(void);
/* Processor time that this thread has used, in ns: for benches only. */
uint64_t dg_cpu_ns(void);

#endif
