#include "bfloat.h"

#include <string.h>

#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static inline uint16_t bfloat_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  uint32_t quiet = (bits >> 16) | 0x40;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
}

static inline float rounded(float value) {
  uint32_t bits = (uint32_t)bfloat_of(value) << 16;
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

TK_CLONES void tk_bfloats_from_floats(uint16_t *out, const float *in, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = bfloat_of(in[i]);
}

TK_CLONES void tk_pack_panel(uint16_t *panel, const float *in, size_t row, size_t column, size_t depth,
                             size_t columns) {
  memset(panel, 0, depth * TK_PANEL_COLUMNS * sizeof(uint16_t));
  if (column == 1) {
    for (size_t k = 0; k < depth; k++)
      for (size_t n = 0; n < columns; n++)
        panel[k * TK_PANEL_COLUMNS + tk_panel_place(n)] = bfloat_of(in[k * row + n]);
    return;
  }
  // Short stretches of each column, so that the panel's lines stay in the cache.
  for (size_t start = 0; start < depth; start += 64) {
    size_t end = start + 64 < depth ? start + 64 : depth;
    for (size_t n = 0; n < columns; n++)
      for (size_t k = start; k < end; k++)
        panel[k * TK_PANEL_COLUMNS + tk_panel_place(n)] = bfloat_of(in[k * row + n * column]);
  }
}

TK_CLONES void tk_pack_rows(float *out, const float *x, size_t stride, size_t rows, size_t depth) {
  for (size_t start = 0; start < depth; start += TK_PANEL_DEPTH) {
    size_t count = depth - start < TK_PANEL_DEPTH ? depth - start : TK_PANEL_DEPTH;
    for (size_t m = 0; m < rows; m++)
      for (size_t k = 0; k < count; k++) out[m * TK_PANEL_DEPTH + k] = rounded(x[m * stride + start + k]);
    out += rows * TK_PANEL_DEPTH;
  }
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))

static inline AVX512 __attribute__((always_inline)) void multiply(float *y, size_t stride, const float *x,
                                                                  const uint16_t *panel, size_t depth, size_t columns,
                                                                  const size_t rows) {
  __m512 low[TK_PANEL_ROWS], high[TK_PANEL_ROWS];
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) low[m] = high[m] = _mm512_setzero_ps();
  const __m512i upper = _mm512_set1_epi32((int)0xffff0000);
  for (size_t start = 0; start < depth; start += TK_PANEL_DEPTH) {
    size_t count = depth - start < TK_PANEL_DEPTH ? depth - start : TK_PANEL_DEPTH;
    for (size_t k = 0; k < count; k++) {
      __m512i both = _mm512_loadu_si512(panel);
      __m512 first = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
      __m512 second = _mm512_castsi512_ps(_mm512_and_si512(both, upper));
      panel += TK_PANEL_COLUMNS;
#pragma clang loop unroll(full)
      for (size_t m = 0; m < rows; m++) {
        __m512 value = _mm512_set1_ps(x[m * TK_PANEL_DEPTH + k]);
        low[m] = _mm512_fmadd_ps(value, first, low[m]);
        high[m] = _mm512_fmadd_ps(value, second, high[m]);
      }
    }
    x += rows * TK_PANEL_DEPTH;
  }
  __mmask16 first = columns >= 16 ? 0xffff : (__mmask16)((1u << columns) - 1);
  __mmask16 second = columns >= 32 ? 0xffff : columns <= 16 ? 0 : (__mmask16)((1u << (columns - 16)) - 1);
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
    _mm512_mask_storeu_ps(y + m * stride, first, low[m]);
    _mm512_mask_storeu_ps(y + m * stride + 16, second, high[m]);
  }
}

AVX512 void tk_multiply_panel(float *y, size_t stride, const float *x, const uint16_t *panel, size_t rows,
                              size_t depth, size_t columns) {
  switch (rows) {
  case 1: multiply(y, stride, x, panel, depth, columns, 1); break;
  case 2: multiply(y, stride, x, panel, depth, columns, 2); break;
  case 3: multiply(y, stride, x, panel, depth, columns, 3); break;
  case 4: multiply(y, stride, x, panel, depth, columns, 4); break;
  case 5: multiply(y, stride, x, panel, depth, columns, 5); break;
  case 6: multiply(y, stride, x, panel, depth, columns, 6); break;
  case 7: multiply(y, stride, x, panel, depth, columns, 7); break;
  case 8: multiply(y, stride, x, panel, depth, columns, 8); break;
  case 9: multiply(y, stride, x, panel, depth, columns, 9); break;
  case 10: multiply(y, stride, x, panel, depth, columns, 10); break;
  case 11: multiply(y, stride, x, panel, depth, columns, 11); break;
  case 12: multiply(y, stride, x, panel, depth, columns, 12); break;
  case 13: multiply(y, stride, x, panel, depth, columns, 13); break;
  case 14: multiply(y, stride, x, panel, depth, columns, 14); break;
  }
}
#else
void tk_multiply_panel(float *y, size_t stride, const float *x, const uint16_t *panel, size_t rows, size_t depth,
                       size_t columns) {
  for (size_t m = 0; m < rows; m++)
    for (size_t n = 0; n < columns; n++) {
      float sum = 0;
      for (size_t k = 0; k < depth; k++) {
        uint32_t bits = (uint32_t)panel[k * TK_PANEL_COLUMNS + tk_panel_place(n)] << 16;
        float weight;
        memcpy(&weight, &bits, 4);
        size_t line = k / TK_PANEL_DEPTH * rows + m;
        sum += x[line * TK_PANEL_DEPTH + k % TK_PANEL_DEPTH] * weight;
      }
      y[m * stride + n] = sum;
    }
}
#endif
