// How the C library's allocator treats large blocks.
#pragma once

/// Keeps freed memory for the next tensor instead of giving it back: a page that is asked of the system again costs more
/// than most of the network's loops over it.
void tk_keep_freed_memory(void);
