// Whether the calling thread is working on a piece; Swift has no thread-local variable as cheap as C's.
#pragma once

int tk_inside_piece(void);
void tk_set_inside_piece(int inside);
