#define _GNU_SOURCE
#include "worker.h"

#include <sched.h>

static _Thread_local int inside_piece;

int tk_inside_piece(void) { return inside_piece; }

void tk_set_inside_piece(int inside) { inside_piece = inside; }

int tk_current_cpu(void) { return sched_getcpu(); }

void tk_leave_cpu(int cpu) {
  cpu_set_t all, others;
  if (cpu < 0 || sched_getaffinity(0, sizeof all, &all)) return;
  others = all;
  CPU_CLR((size_t)cpu, &others);
  if (!CPU_COUNT(&others) || sched_setaffinity(0, sizeof others, &others)) return;
  sched_setaffinity(0, sizeof all, &all);
}
