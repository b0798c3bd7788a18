#include "kernels.h"

#include <string.h>

// Products of few rows with a large matrix, which is read once for all of them. What a row becomes does not depend on
// how many there are.

typedef float v16 __attribute__((vector_size(64), aligned(4)));

enum { ROWS = 6, LANES = 16, COLUMNS = 4 };

// Of how many inputs the columns of a matrix are laid together, so that all rows find them in the cache.
enum { DEPTH = 512 };

// `y[m, 0 ..< 64] = Σ_k x[m, k]·w[k, 0 ..< 64]`, `w` without gaps; added to what is there where `adding`.
static inline __attribute__((always_inline)) void input_block(
    const int rows, float *y, size_t y_stride, const float *x, size_t x_stride, const float *w, size_t depth,
    int adding) {
#pragma clang fp contract(fast)
  v16 sums[ROWS][COLUMNS] = {0};
  if (adding)
    for (int m = 0; m < rows; m++)
      for (int c = 0; c < COLUMNS; c++) sums[m][c] = *(const v16 *)(y + (size_t)m * y_stride + c * LANES);
  for (size_t k = 0; k < depth; k++) {
    const v16 *row = (const v16 *)(w + k * LANES * COLUMNS);
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

static inline __attribute__((always_inline)) float total(v16 x) {
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += x[i];
  return sum;
}

// `y[m, 0 ..< 4] = Σ_k x[m, k]·w[0 ..< 4, k]`, of which `columns` are there.
static inline __attribute__((always_inline)) void output_block(
    const int rows, const int columns, float *y, size_t y_stride, const float *x, const float *w, size_t w_stride,
    size_t depth) {
#pragma clang fp contract(fast)
  v16 sums[ROWS][COLUMNS] = {0};
  size_t k = 0;
  for (; k + LANES <= depth; k += LANES) {
    v16 weights[COLUMNS];
    for (int c = 0; c < columns; c++) weights[c] = *(const v16 *)(w + (size_t)c * w_stride + k);
    for (int m = 0; m < rows; m++) {
      const v16 values = *(const v16 *)(x + (size_t)m * depth + k);
      for (int c = 0; c < columns; c++) sums[m][c] += values * weights[c];
    }
  }
  for (int m = 0; m < rows; m++)
    for (int c = 0; c < columns; c++) {
      float sum = total(sums[m][c]);
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
  float block[DEPTH * LANES * COLUMNS];
  for (; c + LANES * COLUMNS <= columns; c += LANES * COLUMNS)
    for (size_t start = 0; start < depth; start += DEPTH) {
      const size_t length = depth - start < DEPTH ? depth - start : DEPTH;
      for (size_t k = 0; k < length; k++)
        memcpy(block + k * LANES * COLUMNS, w + (start + k) * w_stride + c, LANES * COLUMNS * sizeof(float));
      for (size_t m = 0; m < rows; m += ROWS) {
#define CALL(n) \
  input_block(n, y + m * y_stride + c, y_stride, x + m * depth + start, depth, block, length, start > 0)
        WITH_ROWS(rows - m, CALL)
#undef CALL
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
#define CALL(n) output_block(n, COLUMNS, target, y_stride, source, weights, w_stride, depth)
        WITH_ROWS(rows - m, CALL)
#undef CALL
      } else {
        for (size_t i = 0; i < columns - c; i++) {
#define CALL(n) output_block(n, 1, target + i, y_stride, source, weights + i * w_stride, w_stride, depth)
          WITH_ROWS(rows - m, CALL)
#undef CALL
        }
      }
    }
  }
}
