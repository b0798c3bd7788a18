// What a thread of the pool knows of itself and of its processor.
#pragma once

// Whether the calling thread is working on a piece; Swift has no thread-local variable as cheap as C's.
int tk_inside_piece(void);
void tk_set_inside_piece(int inside);

// The processor that the thread runs on, -1 where nobody knows.
int tk_current_cpu(void);

// Moves the thread to another processor than this one, if it may use any; it may come back later.
void tk_leave_cpu(int cpu);
