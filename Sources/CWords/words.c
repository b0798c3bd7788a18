#include "words.h"

#include <string.h>

static const unsigned char english[] = {
#embed "en.json"
};

/// A language is a file here and a line in this table.
static const struct {
  const char *language;
  const unsigned char *bytes;
  long length;
} catalogues[] = {
    {"en", english, sizeof english},
};

const unsigned char *words_catalogue(const char *language, long *length) {
  for (size_t i = 0; i < sizeof catalogues / sizeof *catalogues; i++) {
    if (strcmp(catalogues[i].language, language) == 0) {
      *length = catalogues[i].length;
      return catalogues[i].bytes;
    }
  }
  return 0;
}
