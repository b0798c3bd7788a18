#include "worker.h"

static _Thread_local int inside_piece;

int tk_inside_piece(void) { return inside_piece; }

void tk_set_inside_piece(int inside) { inside_piece = inside; }
