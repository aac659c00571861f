/* banned.h - included before every source file: functions that overrun, lose errors or
 * depend on hidden state do not compile. */
#ifndef LM_BANNED_H
#define LM_BANNED_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok
#pragma GCC poison atoi atol atoll atof qsort rand srand tmpnam mktemp
#endif
