/* cache.c - compiled modules on disk.
 *
 * A file is the engine's image and a trailer of ours. The image stays mapped
 * while its module lives, so a file is only ever replaced by a rename, never
 * written to. The engine notices no damage: the checksum does. Whatever is wrong
 * with a file, the answer is to compile again. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "crypto/crypto.h"

typedef struct trailer {
    uint8_t magic[8];
    uint8_t key[32];
    uint8_t sum[16]; /* XXH3-128 of the image, canonical */
    uint8_t len[8];  /* of the image, little-endian */
} trailer;

static const uint8_t magic[8] = { 'd', 'g', 'i', 'm', 'a', 'g', 'e', '1' };

dg_hash dg_wasm_cache_key(const dg_wasm_maker *maker, const dg_hash *code)
{
    assert(maker->config[0]);
    return dg_blake2_256_two(dg_hash_bytes(code), dg_text(maker->config));
}

static char *path_of(const dg_engine *engine, const dg_hash *key)
{
    size_t len = strlen(engine->options.cache_dir) + 96;
    char *path = dg_malloc(len);
    if (path)
        snprintf(path, len, "%s/%s.image", engine->options.cache_dir, dg_hash_text(key).text + 2);
    return path;
}

static trailer seal(const dg_hash *key, dg_bytes image)
{
    trailer t;
    XXH128_canonical_t sum;
    memcpy(t.magic, magic, sizeof magic);
    memcpy(t.key, key->at, 32);
    XXH128_canonicalFromHash(&sum, XXH3_128bits(image.at, image.len));
    memcpy(t.sum, sum.digest, sizeof t.sum);
    dg_le64_put(t.len, image.len);
    return t;
}

static bool whole(const dg_hash *key, dg_bytes file)
{
    trailer want;
    if (file.len <= sizeof want)
        return false;
    want = seal(key, dg_bytes_of(file.at, file.len - sizeof want));
    return memcmp(file.at + file.len - sizeof want, &want, sizeof want) == 0;
}

static bool file_is_whole(const char *path, const dg_hash *key)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = false;
    void *at;
    if (fd < 0)
        return false;
    if (fstat(fd, &about) == 0 && about.st_size > 0 && about.st_uid == geteuid()) {
        at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at != MAP_FAILED) {
            good = whole(key, dg_bytes_of(at, (size_t)about.st_size));
            munmap(at, (size_t)about.st_size);
        }
    }
    close(fd);
    return good;
}

bool dg_wasm_cache_has(const dg_engine *engine, const dg_hash *key)
{
    char *path = engine->options.cache_dir ? path_of(engine, key) : NULL;
    bool there = path && access(path, R_OK) == 0;
    dg_free(path);
    return there;
}

dg_code dg_wasm_cache_load(wasmtime_module_t **out, const dg_engine *engine,
                           const dg_wasm_maker *maker, const dg_hash *key)
{
    wasmtime_error_t *error;
    char *path;
    dg_code rc = DG_ABSENT;
    *out = NULL;
    if (!engine->options.cache_dir)
        return DG_ABSENT;
    assert(maker->engine);
    path = path_of(engine, key);
    if (path && file_is_whole(path, key)) {
        error = wasmtime_module_deserialize_file(maker->engine, path, out);
        if (error)
            wasmtime_error_delete(error);
        else
            rc = DG_OK;
    }
    dg_free(path);
    return rc;
}

static int turn_at(const dg_engine *engine, const char *name, off_t byte, bool wait)
{
    struct flock turn = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    size_t len;
    char *path;
    int fd;
    if (!engine->options.cache_dir)
        return -1;
    len = strlen(engine->options.cache_dir) + strlen(name) + 2;
    if (!(path = dg_malloc(len)))
        return -1;
    snprintf(path, len, "%s/%s", engine->options.cache_dir, name);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    dg_free(path);
    if (fd >= 0 && fcntl(fd, wait ? F_SETLKW : F_SETLK, &turn) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

void dg_wasm_cache_drop(const dg_engine *engine, const dg_hash *key)
{
    char *path = engine->options.cache_dir ? path_of(engine, key) : NULL;
    if (path)
        unlink(path); /* who has it mapped keeps it */
    dg_free(path);
}

/* One byte for each image. */
static off_t byte_of(const dg_hash *key)
{
    return (off_t)(dg_le32(key->at) >> 1);
}

int dg_wasm_cache_wait(const dg_engine *engine, const dg_hash *key)
{
    return turn_at(engine, ".turn", byte_of(key), true);
}

int dg_wasm_cache_try(const dg_engine *engine, const dg_hash *key)
{
    return turn_at(engine, ".turn", byte_of(key), false);
}

/* A file of its own: a lock ends when any other of the same process on its file does. */
int dg_wasm_cache_wait_background(const dg_engine *engine)
{
    return turn_at(engine, ".background", 0, true);
}

void dg_wasm_cache_done(int turn)
{
    if (turn >= 0)
        close(turn);
}

/* Not synced: a file that a crash leaves half written fails its checksum. */
static void store_at(const char *path, const dg_hash *key, const wasm_byte_vec_t *image)
{
    trailer t = seal(key, dg_bytes_of(image->data, image->size));
    dg_file_out out;
    dg_error err;
    dg_code rc = dg_file_begin(&out, path, DG_FILE_PRIVATE | DG_FILE_QUICK, &err);
    if (rc == DG_OK) {
        dg_file_put(&out, dg_bytes_of(image->data, image->size));
        dg_file_put(&out, dg_bytes_of(&t, sizeof t));
        rc = dg_file_commit(&out, &err);
    }
    if (rc < 0)
        dg_log(DG_LOG_VERBOSE, "wasm", "cache not written: %s", err.text);
}

void dg_wasm_cache_store(const dg_engine *engine, const dg_hash *key,
                         const wasmtime_module_t *module)
{
    wasm_byte_vec_t image;
    wasmtime_error_t *error;
    char *path;
    if (!engine->options.cache_dir)
        return;
    error = wasmtime_module_serialize((wasmtime_module_t *)module, &image);
    if (error) {
        wasmtime_error_delete(error);
        return;
    }
    path = path_of(engine, key);
    if (path)
        store_at(path, key, &image);
    dg_free(path);
    wasm_byte_vec_delete(&image);
}
