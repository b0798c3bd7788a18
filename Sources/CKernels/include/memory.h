// Memory of tensors, and how the C library's allocator treats large blocks.
#pragma once
#include <stddef.h>

/// `bytes` (more than 0) at a multiple of 64. A block of that size which the thread freed a short while ago comes first:
/// it lies in the processor's cache still. NULL where there is no memory.
void *tk_allocate(size_t bytes);

/// Frees what `tk_allocate` gave for so many bytes; up to 32 MiB are kept for the thread's next blocks of the same sizes.
void tk_free(void *block, size_t bytes);

/// Keeps freed memory for the next tensor instead of giving it back: a page that is asked of the system again costs more
/// than most of the network's loops over it.
void tk_keep_freed_memory(void);

/// Gives back what was freed since; between stages of different shapes, whose leavings would not fit each other.
void tk_give_back_freed_memory(void);
