#pragma once
#define ONIG_ESCAPE_REGEX_T_COLLISION
#include <oniguruma.h>
#include <string.h>

/// Compiles a UTF-8 pattern without options, in the library's default syntax. Returns 0, or a code below 0 with its
/// message, which ends with a zero byte and is at most `ONIG_MAX_ERROR_MESSAGE_LEN` long.
static inline int onig_compile_utf8(OnigRegex *expression, const unsigned char *pattern, long count,
                                    unsigned char *message) {
  OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
  int code = onig_initialize(encodings, 1);
  OnigErrorInfo info;
  memset(&info, 0, sizeof info);
  if (code == ONIG_NORMAL)
    code = onig_new(expression, pattern, pattern + count, ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, ONIG_SYNTAX_DEFAULT,
                    &info);
  if (code == ONIG_NORMAL) return 0;
  message[onig_error_code_to_str(message, code, &info)] = 0;
  return code;
}

/// The first match in `text` from byte `start` on: its bounds, and 1; 0 where there is none, below 0 where the search
/// was given up.
static inline int onig_search_from(OnigRegex expression, const unsigned char *text, long count, long start,
                                   OnigRegion *region, long *from, long *to) {
  int found = onig_search(expression, text, text + count, text + start, text + count, region, ONIG_OPTION_NONE);
  if (found == ONIG_MISMATCH) return 0;
  if (found < 0) return found;
  *from = region->beg[0];
  *to = region->end[0];
  return 1;
}
