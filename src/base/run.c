/* run.c - messages and progress, passed to the program that lent them a place. */
#include "lm/run.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

LM_PRINTF(3, 0)
static void say(const lm_run *run, lm_say_level level, const char *format, va_list arguments)
{
    char text[1024];
    if (!run || !run->say) return;
    (void)vsnprintf(text, sizeof text, format, arguments);
    run->say(run->context, level, text);
}

void lm_warn(const lm_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, LM_SAY_WARNING, format, arguments);
    va_end(arguments);
}

void lm_note(const lm_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, LM_SAY_NOTE, format, arguments);
    va_end(arguments);
}

void lm_detail(const lm_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, LM_SAY_DETAIL, format, arguments);
    va_end(arguments);
}

void lm_interval(const lm_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(run, LM_SAY_INTERVAL, format, arguments);
    va_end(arguments);
}

void lm_progress(const lm_run *run, const char *what, double done, double total, const char *unit)
{
    if (run && run->progress) run->progress(run->context, what, done, total, unit);
}

bool lm_stopped(const lm_run *run)
{
    return run && run->stop && *run->stop != 0;
}

bool lm_save_asked(const lm_run *run)
{
    if (!run || !run->save || *run->save == 0) return false;
    *run->save = 0; /* before the work: a signal that comes during it asks again */
    return true;
}

void lm_heed(const lm_run *run, bool heed)
{
    if (run && run->heed) *run->heed = heed;
}

lm_pool *lm_run_pool(const lm_run *run)
{
    return run ? run->pool : NULL;
}

const char *lm_run_tmpdir(const lm_run *run)
{
    if (run && run->tmpdir) return run->tmpdir;
    const char *named = getenv("TMPDIR");
    return named && *named ? named : "/tmp";
}
