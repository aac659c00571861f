/* status.c - the first failure writes the message. */
#include "lm/status.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

lm_status lm_fail(lm_err *e, lm_status status, const char *format, ...)
{
    if (e->status != LM_OK) return status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(e->message, sizeof e->message, format, arguments);
    va_end(arguments);
    e->status = status;
    return status;
}

lm_status lm_fail_errno(lm_err *e, const char *path, const char *operation)
{
    return lm_fail(e, LM_EIO, "%s: %s: %s", path, operation, strerror(errno));
}
