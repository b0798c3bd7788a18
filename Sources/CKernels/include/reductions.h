// Sums over long arrays, accumulated in double.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Sum.
double tk_sum(const float *x, size_t count);

/// Sum of squares.
double tk_sum_of_squares(const float *x, size_t count);

/// Index of the first NaN or infinity, `count` where there is none.
size_t tk_first_nonfinite(const float *x, size_t count);

/// Adds rows `[rows, width]` (rows `stride` apart) into `sum[width]`.
void tk_add_rows(float *sum, const float *x, size_t rows, size_t width, size_t stride);
