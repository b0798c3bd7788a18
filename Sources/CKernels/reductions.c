#include "kernels.h"

#include <string.h>

TK_CLONES double tk_sum(const float *x, size_t count) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

TK_CLONES double tk_sum_of_squares(const float *x, size_t count) {
#pragma clang fp reassociate(on) contract(fast)
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

// An exponent of all ones is NaN or infinity; blocks are scanned without a branch.
TK_CLONES size_t tk_first_nonfinite(const float *x, size_t count) {
  for (size_t start = 0; start < count; start += 1024) {
    size_t end = start + 1024 < count ? start + 1024 : count;
    uint32_t found = 0;
    for (size_t i = start; i < end; i++) {
      uint32_t bits;
      memcpy(&bits, x + i, 4);
      found |= (bits & 0x7F800000u) == 0x7F800000u;
    }
    if (!found) continue;
    for (size_t i = start; i < end; i++) {
      uint32_t bits;
      memcpy(&bits, x + i, 4);
      if ((bits & 0x7F800000u) == 0x7F800000u) return i;
    }
  }
  return count;
}

TK_CLONES void tk_add_rows(float *sum, const float *x, size_t rows, size_t width, size_t stride) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < width; c++) sum[c] += x[r * stride + c];
}
