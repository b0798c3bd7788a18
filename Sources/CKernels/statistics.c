#include "kernels.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE int32_t bits_of(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

INLINE float float_of(int32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

/// ln x for normal x > 0 within 2 units in the last place: x = 2^e·(1 + f) with 1 + f in [√½, √2), and the polynomial
/// of Cephes' logf for ln(1 + f).
INLINE float natural_log(float x) {
  int32_t bits = bits_of(x);
  int32_t exponent = (bits - 0x3f3504f3) >> 23;
  float e = (float)exponent;
  float f = float_of(bits - exponent * (1 << 23)) - 1.0f;
  float z = f * f;
  float y = 7.0376836292e-2f;
  y = y * f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z;
  y += e * -2.12194440e-4f;
  y -= 0.5f * z;
  return f + y + e * 0.693359375f;
}

INLINE double range_sum(const float *x, ptrdiff_t first, ptrdiff_t end) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (ptrdiff_t k = first; k < end; k++) sum += x[k];
  return sum;
}

INLINE ptrdiff_t clamped(ptrdiff_t x, ptrdiff_t low, ptrdiff_t high) { return x < low ? low : x > high ? high : x; }

TK_CLONES void tk_attention_rows(const float *pattern, size_t stride, size_t length, int causal, const float *opening,
                                 const float *closing, const float *punctuation, double *sums, double *marginal,
                                 double *offsets) {
#pragma clang fp reassociate(on) contract(fast)
  const ptrdiff_t T = (ptrdiff_t)length;
  // Long range is |q − k| > max(8, T/4).
  const ptrdiff_t far = (T > 32 ? T / 4 : 8) + 1;
  for (ptrdiff_t q = 0; q < T; q++) {
    const float *row = pattern + (size_t)q * stride;
    const ptrdiff_t end = causal ? q + 1 : T;
    if (end < 2) continue;
    const float uniform = 1.0f / (float)end;
    double entropy = 0, distance = 0, deviation = 0, onOpening = 0, onClosing = 0, onPunctuation = 0;
    int32_t largest = 0;
    double *aligned = offsets + (T - 1 - q);
    for (ptrdiff_t k = 0; k < end; k++) {
      const float a = row[k];
      const int32_t bits = bits_of(a);
      largest = bits > largest ? bits : largest;
      // Probabilities below the normal range count as 0; a NaN stays one.
      const float term = bits < 0x00800000 ? 0.0f : a * natural_log(a);
      const int32_t gap = (int32_t)(q - k);
      entropy -= term;
      distance += (double)(a * (float)(gap < 0 ? -gap : gap));
      deviation += fabsf(a - uniform);
      onOpening += a * opening[k];
      onClosing += a * closing[k];
      onPunctuation += a * punctuation[k];
    }
    for (ptrdiff_t k = 0; k < end; k++) marginal[k] += row[k];
    for (ptrdiff_t k = 0; k < end; k++) aligned[k] += row[k];

    // Dyadic bands of distance: 0, 1, 2–3, 4–7, …
    double mass[40], share[40];
    int bands = 0;
    for (ptrdiff_t near = 0, width = 1; near < T; near += width, width = near) {
      const ptrdiff_t leftFirst = clamped(q - near - width + 1, 0, end), leftEnd = clamped(q - near + 1, 0, end);
      const ptrdiff_t rightFirst = near == 0 ? end : clamped(q + near, 0, end);
      const ptrdiff_t rightEnd = near == 0 ? end : clamped(q + near + width, 0, end);
      const ptrdiff_t count = (leftEnd - leftFirst) + (rightEnd - rightFirst);
      if (count == 0) break;
      mass[bands] = range_sum(row, leftFirst, leftEnd) + range_sum(row, rightFirst, rightEnd);
      share[bands] = (double)count / (double)end;
      bands++;
    }
    double apart = 0, apartUniform = 0;
    for (int b = 0; b < bands; b++) {
      apart += fabs(mass[b] - 1.0 / bands);
      apartUniform += fabs(share[b] - 1.0 / bands);
    }

    sums[TK_ATTENTION_ENTROPY] += entropy;
    sums[TK_ATTENTION_NORMALISED] += entropy / log((double)end);
    sums[TK_ATTENTION_EFFECTIVE] += exp(entropy);
    sums[TK_ATTENTION_MAXIMUM] += float_of(largest);
    sums[TK_ATTENTION_DISTANCE] += distance;
    sums[TK_ATTENTION_LOCAL] += range_sum(row, clamped(q - 4, 0, end), clamped(q + 5, 0, end));
    sums[TK_ATTENTION_LONG_RANGE] +=
        range_sum(row, 0, clamped(q - far + 1, 0, end)) + range_sum(row, clamped(q + far, 0, end), end);
    sums[TK_ATTENTION_SELF] += row[q];
    if (q > 0) sums[TK_ATTENTION_PREVIOUS] += row[q - 1];
    if (q + 1 < end) sums[TK_ATTENTION_NEXT] += row[q + 1];
    sums[TK_ATTENTION_FIRST] += row[0];
    sums[TK_ATTENTION_OPENING] += onOpening;
    sums[TK_ATTENTION_CLOSING] += onClosing;
    sums[TK_ATTENTION_PUNCTUATION] += onPunctuation;
    sums[TK_ATTENTION_PAD] += range_sum(row, T, (ptrdiff_t)stride);
    sums[TK_ATTENTION_DIAGONAL] += range_sum(row, clamped(q - 1, 0, end), clamped(q + 2, 0, end));
    // 1 − 2·TV, TV = ½ Σ|A − 1/n|; written so that a NaN stays one.
    sums[TK_ATTENTION_UNIFORM] += deviation > 1 ? 0 : 1 - deviation;
    sums[TK_ATTENTION_HIERARCHICAL] += apart > apartUniform || apartUniform == 0 ? 0 : 1 - apart / apartUniform;
  }
}

TK_CLONES double tk_magnitude_counts(const float *x, size_t count, float low, float per_decade, size_t bins,
                                     uint64_t *counts, uint64_t *special) {
#pragma clang fp reassociate(on) contract(fast)
  enum { BLOCK = 1024 };
  int32_t slot[BLOCK];
  const float scale = per_decade * 0.43429448190325182765f;
  const float shift = -low * per_decade;
  const float last = (float)(bins - 1);
  double squares = 0;
  uint64_t zeros = 0, nans = 0, up = 0, down = 0;
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t size = count - start < BLOCK ? count - start : BLOCK;
    const float *block = x + start;
    int32_t unusual = 0;
    for (size_t i = 0; i < size; i++) {
      squares += (double)block[i] * (double)block[i];
      const int32_t magnitude = bits_of(block[i]) & 0x7fffffff;
      const int32_t odd = magnitude == 0 || magnitude >= 0x7f800000;
      unusual |= odd;
      float at = natural_log(float_of(magnitude < 0x00800000 ? 0x00800000 : magnitude)) * scale + shift;
      at = at < 0 ? 0 : at;
      at = at > last ? last : at;
      slot[i] = odd ? -1 : (int32_t)at;
    }
    if (!unusual) {
      for (size_t i = 0; i < size; i++) counts[slot[i]]++;
      continue;
    }
    for (size_t i = 0; i < size; i++) {
      if (slot[i] >= 0) {
        counts[slot[i]]++;
        continue;
      }
      const int32_t bits = bits_of(block[i]), magnitude = bits & 0x7fffffff;
      if (magnitude == 0) zeros++;
      else if (magnitude > 0x7f800000) nans++;
      else if (bits > 0) up++;
      else down++;
    }
  }
  special[0] += zeros;
  special[1] += nans;
  special[2] += up;
  special[3] += down;
  return squares;
}

TK_CLONES void tk_census(const float *x, size_t count, uint64_t *special) {
  uint64_t zeros = 0, nans = 0, up = 0, down = 0;
  for (size_t i = 0; i < count; i++) {
    const int32_t bits = bits_of(x[i]), magnitude = bits & 0x7fffffff;
    zeros += magnitude == 0;
    nans += magnitude > 0x7f800000;
    up += bits == 0x7f800000;
    down += magnitude == 0x7f800000 && bits < 0;
  }
  special[0] += zeros;
  special[1] += nans;
  special[2] += up;
  special[3] += down;
}

TK_CLONES double tk_token_statistics(const float *x, size_t width, double *sum, double *unit, uint32_t *outliers,
                                     uint32_t *magnitudes, float *maximum) {
#pragma clang fp reassociate(on) contract(fast)
  double squares = 0;
  int32_t largest = bits_of(*maximum);
  for (size_t i = 0; i < width; i++) {
    squares += (double)x[i] * (double)x[i];
    const int32_t magnitude = bits_of(x[i]) & 0x7fffffff;
    largest = magnitude > largest ? magnitude : largest;
    outliers[i] += fabsf(x[i]) >= 6.0f;
  }
  *maximum = float_of(largest);
  const double norm = sqrt(squares);
  const double scale = norm > 0 ? 1 / norm : 0;
  for (size_t i = 0; i < width; i++) {
    sum[i] += x[i];
    unit[i] += scale * x[i];
  }
  for (size_t i = 0; i < width; i++) magnitudes[(bits_of(x[i]) & 0x7fffffff) >> 16]++;
  return norm;
}

TK_CLONES void tk_add_scaled(double *y, const double *x, double a, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

TK_CLONES double tk_dot(const double *x, const double *y, size_t count) {
#pragma clang fp reassociate(on) contract(fast)
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i] * y[i];
  return sum;
}

TK_CLONES size_t tk_count_below(const double *x, size_t count, double bound) {
  uint64_t below = 0;
  for (size_t i = 0; i < count; i++) below += x[i] < bound;
  return below;
}
