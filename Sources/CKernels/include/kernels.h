// Vectorised loops and relaxed-order reductions. Every symbol starts with tk_; every array is dense unless a stride is
// given; sums that a reader sees are accumulated in double.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Marks a loop that is compiled for AVX-512, AVX2 and the baseline, and chosen as it runs.
#if defined(__x86_64__)
#define TK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TK_CLONES
#endif

/// Sum of squares.
double tk_sum_of_squares(const float *x, size_t count);

#include "embedding.h"
#include "statistics.h"
