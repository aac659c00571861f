/* version.c - the version that was linked. */
#include "lm/version.h"

const char *lm_version(void)
{
    return LM_VERSION;
}
