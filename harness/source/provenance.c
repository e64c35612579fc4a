/* provenance.c - where a file comes from: what it has to say of itself, in a note beside it, which
 * goes where it goes and is shown by every run that uses it; and the commit that it is of. */
#include "source/source.h"

#include <assert.h>
#include <string.h>

#include "event/event.h"
#include "git/git.h"

/* "spec.json.zst.note"; of a snapshot, which is a folder, "note" in it. */
static void place_of(char *out, size_t size, const char *path)
{
    assert(size > 0);
    snprintf(out, size, dg_dir_exists(path) ? "%s/note" : "%s.note", path);
}

dg_code dg_source_note(dg_buf *out, const char *path, dg_error *err)
{
    char place[1100];
    place_of(place, sizeof place, path);
    if (dg_git_names(path))
        return dg_git_has(place) ? dg_git_read(out, place, err) : DG_ABSENT;
    return dg_file_exists(place) ? dg_file_read(out, place, err) : DG_ABSENT;
}

/* A plan may say the same of its own. */
static bool there_already(const json_t *list, const char *line)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one) if (strcmp(json_string_value(one), line) == 0) return true;
    return false;
}

/* As it is shown, unless it is there. */
static int add_line(json_t *out, const char *line)
{
    json_t *plain = dg_event_text(line);
    if (!plain || !there_already(out, json_string_value(plain)))
        return json_array_append_new(out, plain);
    json_decref(plain);
    return 0;
}

static int add_lines(json_t *out, dg_buf *note)
{
    int bad = 0;
    for (const char *at = dg_buf_text(note); *at; at += strspn(at, "\n")) {
        size_t len = strcspn(at, "\n");
        char line[600];
        snprintf(line, sizeof line, "%.*s", (int)len, at);
        if (len)
            bad |= add_line(out, line);
        at += len;
    }
    return bad;
}

int dg_source_notes(json_t *list, const char *path)
{
    dg_error err = { .text = "" };
    dg_buf note;
    dg_code rc;
    int bad = 0;
    dg_buf_init(&note, DG_SOURCE_NOTE_MAX);
    if ((rc = dg_source_note(&note, path, &err)) == DG_OK)
        bad = add_lines(list, &note);
    else if (rc < 0)
        bad = add_line(list, err.text);
    dg_buf_clear(&note);
    return bad;
}

int dg_source_about(json_t *list, const char *input, const char *path)
{
    bool named = dg_git_names(path);
    dg_git_about about;
    json_t *out;
    if (dg_git_about_of(&about, path, NULL) != DG_OK)
        return 0; /* nothing is known of it */
    out = json_pack("{s:s, s:s, s:o, s:s, s:o}", "input", input, "from",
                    named ? "repository" : "working tree", "name", dg_event_text(path), "commit",
                    about.commit, "tag", dg_event_text(about.tag));
    if (out && about.has_tree && !about.tree_unknown)
        json_object_set_new(out, "dirty", json_boolean(about.dirty));
    return json_array_append_new(list, out);
}
