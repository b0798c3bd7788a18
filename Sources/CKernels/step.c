#include "kernels.h"

#include <string.h>

// Products of few rows with a large matrix, which is read once for all of them. What a row becomes does not depend on
// how many there are.

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));

enum { ROWS = 6, LANES = 16, COLUMNS = 4, WIDTH = LANES * COLUMNS };

// Of how many inputs the columns of a matrix are laid together, so that all rows find them in the nearest cache.
enum { DEPTH = 96 };

// How many rows ahead of their use columns are asked for, and how many rows are read at a time for one row of `x`.
enum { AHEAD = 48, STREAMS = 4 };

#define ALWAYS static inline __attribute__((always_inline))

// Asks for 64 columns of a row that is needed soon.
ALWAYS void prefetch(const float *row) {
  for (int c = 0; c < COLUMNS; c++) __builtin_prefetch(row + c * LANES, 0, 2);
}

// `y[m, 0 ..< 64] = Σ_k x[m, k]·w[k, 0 ..< 64]`, added to what is there where `adding`. `next` is where row `k` of what
// comes later lies, to be asked for on the way; NULL for nowhere.
ALWAYS void input_block(
    const int rows, float *y, size_t y_stride, const float *x, size_t x_stride, const float *w, size_t w_stride,
    size_t depth, int adding, const float *next, size_t next_stride) {
#pragma clang fp contract(fast)
  v16 sums[ROWS][COLUMNS] = {0};
  if (adding)
    for (int m = 0; m < rows; m++)
      for (int c = 0; c < COLUMNS; c++) sums[m][c] = *(const v16 *)(y + (size_t)m * y_stride + c * LANES);
  for (size_t k = 0; k < depth; k++) {
    if (next) prefetch(next + k * next_stride);
    const v16 *row = (const v16 *)(w + k * w_stride);
    const v16 a = row[0], b = row[1], c = row[2], d = row[3];
    for (int m = 0; m < rows; m++) {
      const float factor = x[(size_t)m * x_stride + k];
      sums[m][0] += factor * a;
      sums[m][1] += factor * b;
      sums[m][2] += factor * c;
      sums[m][3] += factor * d;
    }
  }
  for (int m = 0; m < rows; m++)
    for (int c = 0; c < COLUMNS; c++) *(v16 *)(y + (size_t)m * y_stride + c * LANES) = sums[m][c];
}

// `y[0 ..< columns] += Σ_k x[k]·w[k, 0 ..< columns]` over a few long rows at a time, as memory gives them fastest.
ALWAYS void input_row(float *y, const float *x, const float *w, size_t w_stride, size_t depth, size_t columns) {
#pragma clang fp contract(fast)
  memset(y, 0, columns * sizeof(float));
  size_t k = 0;
  for (; k + STREAMS <= depth; k += STREAMS)
    for (size_t c = 0; c < columns; c += LANES) {
      v16 sum = *(const v16 *)(y + c);
      for (int i = 0; i < STREAMS; i++) {
        const float *row = w + (k + i) * w_stride + c;
        __builtin_prefetch(row + STREAMS * w_stride, 0, 2);
        sum += x[k + i] * *(const v16 *)row;
      }
      *(v16 *)(y + c) = sum;
    }
  for (; k < depth; k++)
    for (size_t c = 0; c < columns; c += LANES) *(v16 *)(y + c) += x[k] * *(const v16 *)(w + k * w_stride + c);
}

ALWAYS float total(const v16 *sums) {
  const v16 x = *sums;
  const v8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
               __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

// `y[m, 0 ..< 4] = Σ_k x[m, k]·w[0 ..< 4, k]`, of which `columns` are there; the columns behind them are asked for on
// the way where `ahead`.
ALWAYS void output_block(
    const int rows, const int columns, float *y, size_t y_stride, const float *x, const float *w, size_t w_stride,
    size_t depth, int ahead) {
#pragma clang fp contract(fast)
  v16 sums[ROWS][COLUMNS] = {0};
  size_t k = 0;
  for (; k + LANES <= depth; k += LANES) {
    v16 weights[COLUMNS];
    for (int c = 0; c < columns; c++) {
      weights[c] = *(const v16 *)(w + (size_t)c * w_stride + k);
      if (ahead) __builtin_prefetch(w + (size_t)(c + columns) * w_stride + k, 0, 2);
    }
    for (int m = 0; m < rows; m++) {
      const v16 values = *(const v16 *)(x + (size_t)m * depth + k);
      for (int c = 0; c < columns; c++) sums[m][c] += values * weights[c];
    }
  }
  for (int m = 0; m < rows; m++)
    for (int c = 0; c < columns; c++) {
      float sum = total(&sums[m][c]);
      for (size_t i = k; i < depth; i++) sum += x[(size_t)m * depth + i] * w[(size_t)c * w_stride + i];
      y[(size_t)m * y_stride + c] = sum;
    }
}

#define WITH_ROWS(count, call)         \
  switch (count) {                     \
    case 1: call(1); break;            \
    case 2: call(2); break;            \
    case 3: call(3); break;            \
    case 4: call(4); break;            \
    case 5: call(5); break;            \
    default: call(6); break;           \
  }

TK_CLONES void tk_step_input_major(
    float *y, size_t y_stride, const float *x, size_t rows, const float *w, size_t w_stride, size_t depth,
    size_t columns) {
#pragma clang fp contract(fast)
  size_t c = 0;
  float block[DEPTH * WIDTH] __attribute__((aligned(64)));
  if (rows == 1) {
    c = columns / LANES * LANES;
    input_row(y, x, w, w_stride, depth, c);
  }
  for (; c + WIDTH <= columns; c += WIDTH) {
    if (rows <= ROWS) {
#define CALL(n) input_block(n, y + c, y_stride, x, depth, w + c, w_stride, depth, 0, w + c + AHEAD * w_stride, w_stride)
      WITH_ROWS(rows, CALL)
#undef CALL
      continue;
    }
    for (size_t start = 0; start < depth; start += DEPTH) {
      const size_t length = depth - start < DEPTH ? depth - start : DEPTH;
      for (size_t k = 0; k < length; k++)
        memcpy(block + k * WIDTH, w + (start + k) * w_stride + c, WIDTH * sizeof(float));
      const float *next = w + (start + length) * w_stride + c;
      for (size_t m = 0; m < rows; m += ROWS) {
#define CALL(n) \
  input_block(n, y + m * y_stride + c, y_stride, x + m * depth + start, depth, block, WIDTH, length, start > 0, \
              m == 0 ? next : 0, w_stride)
        WITH_ROWS(rows - m, CALL)
#undef CALL
      }
    }
  }
  for (; c < columns; c++)
    for (size_t m = 0; m < rows; m++) {
      float sum = 0;
      for (size_t k = 0; k < depth; k++) sum += x[m * depth + k] * w[k * w_stride + c];
      y[m * y_stride + c] = sum;
    }
}

TK_CLONES void tk_step_output_major(
    float *y, size_t y_stride, const float *x, size_t rows, const float *w, size_t w_stride, size_t depth,
    size_t columns) {
  for (size_t c = 0; c < columns; c += COLUMNS) {
    const float *weights = w + c * w_stride;
    for (size_t m = 0; m < rows; m += ROWS) {
      float *target = y + m * y_stride + c;
      const float *source = x + m * depth;
      if (columns - c >= COLUMNS) {
#define CALL(n) output_block(n, COLUMNS, target, y_stride, source, weights, w_stride, depth, m == 0)
        WITH_ROWS(rows - m, CALL)
#undef CALL
      } else {
        for (size_t i = 0; i < columns - c; i++) {
#define CALL(n) output_block(n, 1, target + i, y_stride, source, weights + i * w_stride, w_stride, depth, 0)
          WITH_ROWS(rows - m, CALL)
#undef CALL
        }
      }
    }
  }
}
