/* version.h - the version of the library and its programs. */
#ifndef LM_VERSION_H
#define LM_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

#define LM_VERSION "0.1.0"

/* LM_VERSION of the library that was linked. */
const char *lm_version(void);

#ifdef __cplusplus
}
#endif
#endif
