// The catalogues of sentences, as they lie beside this file, held in the program.

/// A catalogue by its language ("en"), in UTF-8; null where there is none.
const unsigned char *words_catalogue(const char *language, long *length);
