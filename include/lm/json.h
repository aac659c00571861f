/* json.h - a strict JSON reader that walks the text in place, and a writer.
 *
 * The reader allocates nothing and trusts nothing.  Each call consumes one value or reports
 * where the text is wrong ("name: byte 17: expected ':'"); after a failure the rest must not
 * be read.  An object is read by
 *
 *     LM_TRY(lm_json_object(&j, e));
 *     for (bool more;;) {
 *         LM_TRY(lm_json_member(&j, &more, &key, e));       key: a JSON string, in raw form
 *         if (!more) break;
 *         if (lm_json_is(key, "order")) LM_TRY(lm_json_int(&j, &order, e));
 *         else LM_TRY(lm_json_skip(&j, e));
 *     }
 *     LM_TRY(lm_json_end(&j, e));
 */
#ifndef LM_JSON_H
#define LM_JSON_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_JSON_DEPTH = 64 }; /* deepest nesting read or written */

typedef struct {
    const char *start, *at, *end;
    const char *name;                   /* what the text is called in messages */
    uint64_t offset;                    /* added to byte positions in messages */
    unsigned char fresh[LM_JSON_DEPTH]; /* per open level: nothing read yet */
    int depth;
} lm_json;

/* Starts reading `text`.  `name` and the text must outlive the reader. */
void lm_json_open(lm_json *j, lm_slice text, const char *name, uint64_t offset);

typedef enum {
    LM_JSON_NULL,
    LM_JSON_BOOL,
    LM_JSON_NUMBER,
    LM_JSON_STRING,
    LM_JSON_ARRAY,
    LM_JSON_OBJECT
} lm_json_type;

/* The type of the next value, from its first byte; nothing is consumed. */
LM_MUST_USE lm_status lm_json_peek(lm_json *j, lm_json_type *type, lm_err *e);

LM_MUST_USE lm_status lm_json_object(lm_json *j, lm_err *e); /* consumes '{' */
/* The next key of the open object, up to and including its ':'; more = false at '}'. */
LM_MUST_USE lm_status lm_json_member(lm_json *j, bool *more, lm_slice *raw_key, lm_err *e);

LM_MUST_USE lm_status lm_json_array(lm_json *j, lm_err *e); /* consumes '[' */
LM_MUST_USE lm_status lm_json_element(lm_json *j, bool *more, lm_err *e);

/* Values.  Integers: whole numbers without fraction or exponent that fit. */
LM_MUST_USE lm_status lm_json_bool(lm_json *j, bool *out, lm_err *e);
LM_MUST_USE lm_status lm_json_int(lm_json *j, int64_t *out, lm_err *e);
LM_MUST_USE lm_status lm_json_u64(lm_json *j, uint64_t *out, lm_err *e);
LM_MUST_USE lm_status lm_json_real(lm_json *j, double *out, lm_err *e);
/* A string without its quotes, escapes still in place: no control bytes, escapes well-formed.
 * Bytes from 0x80 up are taken as they are, UTF-8 or not. */
LM_MUST_USE lm_status lm_json_raw_string(lm_json *j, lm_slice *raw, lm_err *e);
/* A string, its escapes decoded (\u as UTF-8, a lone surrogate as U+FFFD), added to *out. */
LM_MUST_USE lm_status lm_json_string(lm_json *j, lm_str *out, lm_err *e);
/* Any value, checked but ignored; *raw (may be NULL) gets its text. */
LM_MUST_USE lm_status lm_json_skip(lm_json *j, lm_slice *raw, lm_err *e);
/* Nothing but white space may be left. */
LM_MUST_USE lm_status lm_json_end(lm_json *j, lm_err *e);

/* Adds the decoded form of a raw string or key to *out. */
LM_MUST_USE lm_status lm_json_decode(lm_slice raw, lm_str *out, lm_err *e);
/* Does the raw string, decoded, equal `text`? */
bool lm_json_is(lm_slice raw, const char *text);

/* Fails with LM_EFORMAT at the reader's place: "name: byte N: ..." */
lm_status lm_json_fail(const lm_json *j, lm_err *e, const char *format, ...) LM_PRINTF(3, 4);

/* Writing: the caller writes brackets, commas and colons with lm_str_addf, strings with this:
 * quotes, backslashes and control bytes escaped; bytes that are not UTF-8 become U+FFFD. */
LM_MUST_USE lm_status lm_json_add_string(lm_str *out, lm_slice text, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
