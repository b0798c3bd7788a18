#include "memory.h"

#include <malloc.h>

void tk_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

void tk_give_back_freed_memory(void) { malloc_trim(0); }
