/* info.c - what is in a checkpoint, as text for people. */
#include "lm/info.h"
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include "lm/json.h"
#include "lm/memory.h"
#include "lm/sort.h"

enum { INDENT = 2 };

static lm_status add_indent(lm_str *out, int depth, lm_err *e)
{
    return lm_str_addf(out, e, "%*s", INDENT * (depth + 1), "");
}

/* ---- the tree ---- */

enum { DEPTH_MAX = 16 }; /* dots beyond these do not split a name */

/* The component of a name that begins at name[at]; only the last one reaches its end. */
static lm_slice component(const char *name, size_t at, int depth)
{
    const char *dot = depth < DEPTH_MAX ? strchr(name + at, '.') : NULL;
    return (lm_slice){name + at, dot ? (size_t)(dot - name) - at : strlen(name + at)};
}

static bool is_number(lm_slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.text[i] < '0' || text.text[i] > '9') return false;
    return text.length == 1 || (text.length > 1 && text.text[0] != '0');
}

/* Numbers first, by value: layer 2 comes before layer 10. */
static int compare_components(lm_slice a, lm_slice b)
{
    const bool a_number = is_number(a), b_number = is_number(b);
    if (a_number != b_number) return a_number ? -1 : 1;
    if (a_number && a.length != b.length) return a.length < b.length ? -1 : 1;
    return lm_slice_compare(a, b);
}

static int compare_tensors(const void *context, const void *a, const void *b)
{
    (void)context;
    const char *x = (*(const lm_tensor *const *)a)->name, *y = (*(const lm_tensor *const *)b)->name;
    size_t at = 0; /* the same in both: what is before it is equal */
    for (int depth = 0;; depth++) {
        const lm_slice p = component(x, at, depth), q = component(y, at, depth);
        const int order = compare_components(p, q);
        if (order) return order;
        at += p.length;
        if (x[at] == '\0' || y[at] == '\0') return (x[at] != '\0') - (y[at] != '\0');
        at++;
    }
}

typedef struct {
    int name, shape; /* widths of columns */
} widths;

static lm_status add_leaf(lm_str *out, const lm_tensor *tensor, lm_slice last, int depth, widths w,
                          lm_err *e)
{
    lm_str shape = {0};
    const int used = INDENT * depth + (int)last.length, pad = used < w.name ? w.name - used : 0;
    lm_status s = lm_info_shape(&shape, tensor, e);
    if (!s) s = add_indent(out, depth, e);
    if (!s) s = lm_str_add(out, last.text, last.length, e);
    if (!s)
        s = lm_str_addf(out, e, "%*s  %-4s  %-*s  %12" PRIu64 "\n", pad, "",
                        lm_dtype_name(tensor->dtype), w.shape, shape.text, tensor->bytes);
    lm_str_free(&shape);
    return s;
}

/* Adds a tensor's line, and before it those of its groups that `before` is not in. */
static lm_status add_tensor(lm_str *out, const lm_tensor *tensor, const char *before, widths w,
                            lm_err *e)
{
    const char *name = tensor->name;
    bool shared = true;
    size_t at = 0;
    for (int depth = 0;; depth++) {
        const lm_slice part = component(name, at, depth);
        if (name[at + part.length] == '\0') return add_leaf(out, tensor, part, depth, w, e);
        shared = shared && strncmp(before + at, part.text, part.length + 1) == 0;
        if (!shared) {
            LM_TRY(add_indent(out, depth, e));
            LM_TRY(lm_str_add(out, part.text, part.length, e));
            LM_TRY(lm_str_add(out, "\n", 1, e));
        }
        at += part.length + 1;
    }
}

/* Makes a column wide enough, unless a hostile name would make it very wide. */
static void widen(int *width, size_t need)
{
    enum { WIDEST = 60 };
    if (need <= WIDEST && (int)need > *width) *width = (int)need;
}

static lm_status measure(const lm_tensor *tensor, widths *w, lm_err *e)
{
    const char *name = tensor->name;
    lm_str shape = {0};
    size_t at = 0;
    int depth = 0;
    for (size_t next; name[next = at + component(name, at, depth).length] != '\0'; depth++)
        at = next + 1;
    const lm_status s = lm_info_shape(&shape, tensor, e);
    widen(&w->name, (size_t)(INDENT * depth) + strlen(name + at));
    widen(&w->shape, shape.length);
    lm_str_free(&shape);
    return s;
}

lm_status lm_info_tree(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    const size_t count = lm_ckpt_count(ckpt);
    widths w = {0};
    for (size_t i = 0; i < count; i++) LM_TRY(measure(lm_ckpt_tensor(ckpt, i), &w, e));
    const lm_tensor **sorted = lm_new(count, sizeof *sorted, e);
    if (!sorted) return e->status;
    for (size_t i = 0; i < count; i++) sorted[i] = lm_ckpt_tensor(ckpt, i);
    lm_status s = lm_sort(sorted, count, sizeof *sorted, compare_tensors, NULL, e);
    for (size_t i = 0; !s && i < count; i++)
        s = add_tensor(out, sorted[i], i ? sorted[i - 1]->name : "", w, e);
    lm_free(sorted);
    return s;
}

lm_status lm_info_shape(lm_str *out, const lm_tensor *tensor, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "["));
    for (int i = 0; i < tensor->dims; i++)
        LM_TRY(lm_str_addf(out, e, "%s%" PRIu64, i ? "," : "", tensor->shape[i]));
    return lm_str_addf(out, e, "]");
}

/* ---- JSON, indented; recursion is as deep as lm_json allows ---- */

static lm_status add_value(lm_str *out, lm_json *j, lm_err *e);

static lm_status add_object(lm_str *out, lm_json *j, lm_err *e)
{
    lm_slice key;
    bool more, any = false;
    LM_TRY(lm_json_object(j, e));
    LM_TRY(lm_str_addf(out, e, "{"));
    for (;; any = true) {
        LM_TRY(lm_json_member(j, &more, &key, e));
        if (!more) break;
        LM_TRY(lm_str_addf(out, e, any ? ",\n" : "\n"));
        LM_TRY(add_indent(out, j->depth, e));
        LM_TRY(lm_str_addf(out, e, "\""));
        LM_TRY(lm_str_add(out, key.text, key.length, e));
        LM_TRY(lm_str_addf(out, e, "\": "));
        LM_TRY(add_value(out, j, e));
    }
    if (any) LM_TRY(lm_str_addf(out, e, "\n"));
    if (any) LM_TRY(add_indent(out, j->depth, e));
    return lm_str_addf(out, e, "}");
}

static lm_status add_array(lm_str *out, lm_json *j, lm_err *e)
{
    bool more, any = false;
    LM_TRY(lm_json_array(j, e));
    LM_TRY(lm_str_addf(out, e, "["));
    for (;; any = true) {
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return lm_str_addf(out, e, "]");
        if (any) LM_TRY(lm_str_addf(out, e, ", "));
        LM_TRY(add_value(out, j, e));
    }
}

static lm_status add_value(lm_str *out, lm_json *j, lm_err *e)
{
    lm_json_type type = LM_JSON_NULL;
    lm_slice raw = {0};
    LM_TRY(lm_json_peek(j, &type, e));
    if (type == LM_JSON_OBJECT) return add_object(out, j, e);
    if (type == LM_JSON_ARRAY) return add_array(out, j, e);
    LM_TRY(lm_json_skip(j, &raw, e));
    return lm_str_add(out, raw.text, raw.length, e);
}

lm_status lm_info_json(lm_str *out, const char *json, const char *name, lm_err *e)
{
    lm_json j;
    lm_json_open(&j, lm_slice_of(json), name, 0);
    LM_TRY(add_indent(out, 0, e));
    LM_TRY(add_value(out, &j, e));
    LM_TRY(lm_str_addf(out, e, "\n"));
    return lm_json_end(&j, e);
}

/* ---- lines of text ---- */

lm_status lm_info_text(lm_str *out, const char *text, lm_err *e)
{
    bool fresh = true;
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (fresh) LM_TRY(add_indent(out, 0, e));
        fresh = byte == '\n';
        if (!fresh && (byte < ' ' || byte == 0x7f))
            LM_TRY(lm_str_addf(out, e, "\\x%02X", (unsigned)byte));
        else
            LM_TRY(lm_str_add(out, text, 1, e));
    }
    return fresh ? LM_OK : lm_str_addf(out, e, "\n");
}
