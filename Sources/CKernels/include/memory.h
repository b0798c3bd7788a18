// How the C library's allocator treats large blocks.
#pragma once

/// Keeps freed memory for the next tensor instead of giving it back: a page that is asked of the system again costs more
/// than most of the network's loops over it.
void tk_keep_freed_memory(void);

/// Gives back what was freed since; between stages of different shapes, whose leavings would not fit each other.
void tk_give_back_freed_memory(void);
