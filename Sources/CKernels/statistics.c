#include "kernels.h"

#include "elementary.h"

#include <math.h>
#include <string.h>

TK_CLONES double tk_magnitude_counts(const float *x, size_t count, float low, float per_decade, size_t bins,
                                     uint64_t *counts, uint64_t *special) {
#pragma clang fp reassociate(on) contract(fast)
  enum { CHUNK = 1024, TURNS = 4 };
  int32_t slot[CHUNK];
  // Neighbours fall into one bin often, and must not wait for each other.
  uint32_t turns[TURNS][TK_MOST_BINS];
  const float scale = per_decade * 0.43429448190325182765f;
  const float shift = -low * per_decade;
  const float last = (float)(bins - 1);
  memset(turns, 0, sizeof turns);
  double squares = 0;
  uint64_t zeros = 0, nans = 0, up = 0, down = 0;
  for (size_t start = 0; start < count; start += CHUNK) {
    const size_t size = count - start < CHUNK ? count - start : CHUNK;
    const float *block = x + start;
    int32_t unusual = 0;
    for (size_t i = 0; i < size; i++) squares += (double)block[i] * (double)block[i];
    for (size_t i = 0; i < size; i++) {
      const int32_t magnitude = tk_bits_of(block[i]) & 0x7fffffff;
      const int32_t odd = magnitude == 0 || magnitude >= 0x7f800000;
      unusual |= odd;
      float at = tk_log(tk_float_of(magnitude < 0x00800000 ? 0x00800000 : magnitude)) * scale + shift;
      at = at < 0 ? 0 : at;
      at = at > last ? last : at;
      slot[i] = odd ? -1 : (int32_t)at;
    }
    if (!unusual && size == CHUNK) {
      for (size_t i = 0; i < CHUNK; i += TURNS)
        for (size_t t = 0; t < TURNS; t++) turns[t][slot[i + t]]++;
      continue;
    }
    for (size_t i = 0; i < size; i++) {
      if (slot[i] >= 0) {
        counts[slot[i]]++;
        continue;
      }
      const int32_t bits = tk_bits_of(block[i]), magnitude = bits & 0x7fffffff;
      if (magnitude == 0) zeros++;
      else if (magnitude > 0x7f800000) nans++;
      else if (bits > 0) up++;
      else down++;
    }
  }
  for (size_t t = 0; t < TURNS; t++)
    for (size_t bin = 0; bin < bins; bin++) counts[bin] += turns[t][bin];
  special[0] += zeros;
  special[1] += nans;
  special[2] += up;
  special[3] += down;
  return squares;
}

TK_CLONES void tk_census(const float *x, size_t count, uint64_t *special) {
  uint64_t zeros = 0, nans = 0, up = 0, down = 0;
  for (size_t i = 0; i < count; i++) {
    const int32_t bits = tk_bits_of(x[i]), magnitude = bits & 0x7fffffff;
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
  int32_t largest = tk_bits_of(*maximum);
  for (size_t i = 0; i < width; i++) {
    squares += (double)x[i] * (double)x[i];
    const int32_t magnitude = tk_bits_of(x[i]) & 0x7fffffff;
    largest = magnitude > largest ? magnitude : largest;
    outliers[i] += fabsf(x[i]) >= 6.0f;
  }
  *maximum = tk_float_of(largest);
  const double norm = sqrt(squares);
  const double scale = norm > 0 ? 1 / norm : 0;
  for (size_t i = 0; i < width; i++) {
    sum[i] += x[i];
    unit[i] += scale * x[i];
  }
  for (size_t i = 0; i < width; i++) magnitudes[(tk_bits_of(x[i]) & 0x7fffffff) >> 16]++;
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

TK_CLONES void tk_flow(const float *g, const float *x, size_t positions, size_t width, double *squares,
                       double *products) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t t = 0; t < positions; t++) {
    double own = 0, other = 0;
    for (size_t c = 0; c < width; c++) own += (double)g[t * width + c] * (double)g[t * width + c];
    *squares += own;
    if (!x) continue;
    for (size_t c = 0; c < width; c++) other += (double)x[t * width + c] * (double)x[t * width + c];
    *products += sqrt(own * other);
  }
}

TK_CLONES void tk_widen(double *out, double *sum, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const double value = x[i];
    out[i] = value;
    sum[i] += value;
  }
}
