#include "kernels.h"

#include <math.h>

#include "elementary.h"

TK_CLONES void tk_add(float *y, const float *a, const float *b, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

TK_CLONES void tk_multiply(float *y, const float *a, const float *b, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] * b[i];
}

TK_CLONES void tk_accumulate(float *y, const float *a, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a[i];
}

TK_CLONES void tk_accumulate_scaled(float *y, const float *x, float factor, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

TK_CLONES float tk_inner_product(const float *a, const float *b, size_t count) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

TK_CLONES void tk_scale(float *y, const float *x, float factor, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = factor * x[i];
}

TK_CLONES void tk_add_bias(float *y, const float *bias, size_t rows, size_t width, size_t stride) {
  for (size_t n = 0; n < rows; n++)
    for (size_t c = 0; c < width; c++) y[n * stride + c] += bias[c];
}

TK_CLONES void tk_layer_norm(float *y, float *mean, float *rstd, const float *x, const float *gain, const float *bias,
                             float epsilon, size_t rows, size_t width) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t n = 0; n < rows; n++) {
    const float *row = x + n * width;
    float *out = y + n * width;
    double sum = 0;
    for (size_t c = 0; c < width; c++) sum += row[c];
    float m = (float)(sum / (double)width);
    double squares = 0;
    for (size_t c = 0; c < width; c++) {
      float d = row[c] - m;
      squares += d * d;
    }
    float r = (float)(1.0 / sqrt(squares / (double)width + (double)epsilon));
    for (size_t c = 0; c < width; c++) out[c] = (row[c] - m) * r * gain[c] + bias[c];
    mean[n] = m;
    rstd[n] = r;
  }
}

TK_CLONES void tk_layer_norm_backward(float *dx, const float *existing, float *dgain, float *dbias, const float *dy,
                                      const float *x, const float *gain, const float *mean, const float *rstd,
                                      size_t rows, size_t width) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t n = 0; n < rows; n++) {
    const float *row = x + n * width, *upstream = dy + n * width;
    float *out = dx + n * width;
    float m = mean[n], r = rstd[n];
    // With x̂ = (x − m)·r and g = gain·dy: dx = r·(g − mean(g) − x̂·mean(g·x̂)).
    float sum = 0, projected = 0;
    for (size_t c = 0; c < width; c++) {
      float g = gain[c] * upstream[c];
      sum += g;
      projected += g * (row[c] - m);
    }
    float mean_g = sum / (float)width, mean_gx = projected * r / (float)width;
    if (existing) {
      const float *old = existing + n * width;
      for (size_t c = 0; c < width; c++)
        out[c] = old[c] + r * (gain[c] * upstream[c] - mean_g - (row[c] - m) * r * mean_gx);
    } else {
      for (size_t c = 0; c < width; c++)
        out[c] = r * (gain[c] * upstream[c] - mean_g - (row[c] - m) * r * mean_gx);
    }
    if (dgain)
      for (size_t c = 0; c < width; c++) {
        dgain[c] += upstream[c] * (row[c] - m) * r;
        dbias[c] += upstream[c];
      }
  }
}

TK_CLONES void tk_rms_norm(float *y, float *rstd, const float *x, const float *gain, float shift, float epsilon,
                           size_t rows, size_t width) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t n = 0; n < rows; n++) {
    const float *row = x + n * width;
    float *out = y + n * width;
    double squares = 0;
    for (size_t c = 0; c < width; c++) squares += row[c] * row[c];
    float r = (float)(1.0 / sqrt(squares / (double)width + (double)epsilon));
    for (size_t c = 0; c < width; c++) out[c] = row[c] * r * (shift + gain[c]);
    rstd[n] = r;
  }
}

TK_CLONES void tk_rms_norm_backward(float *dx, const float *existing, float *dgain, const float *dy, const float *x,
                                    const float *gain, float shift, const float *rstd, size_t rows, size_t width) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t n = 0; n < rows; n++) {
    const float *row = x + n * width, *upstream = dy + n * width;
    float *out = dx + n * width;
    float r = rstd[n];
    // With x̂ = x·r and g = (shift + gain)·dy: dx = r·(g − x̂·mean(g·x̂)).
    float projected = 0;
    for (size_t c = 0; c < width; c++) projected += (shift + gain[c]) * upstream[c] * row[c];
    float mean_gx = projected * r / (float)width;
    if (existing) {
      const float *old = existing + n * width;
      for (size_t c = 0; c < width; c++)
        out[c] = old[c] + r * ((shift + gain[c]) * upstream[c] - row[c] * r * mean_gx);
    } else {
      for (size_t c = 0; c < width; c++) out[c] = r * ((shift + gain[c]) * upstream[c] - row[c] * r * mean_gx);
    }
    if (dgain)
      for (size_t c = 0; c < width; c++) dgain[c] += upstream[c] * row[c] * r;
  }
}

TK_CLONES void tk_rotate(float *y, const float *x, const float *cosines, const float *sines, size_t pairs, size_t step,
                         size_t gap, size_t rows, size_t width) {
#pragma clang fp contract(fast)
  for (size_t n = 0; n < rows; n++) {
    const float *row = x + n * width;
    float *out = y + n * width;
    for (size_t i = 0; i < pairs; i++) {
      float first = row[i * step], second = row[i * step + gap];
      out[i * step] = first * cosines[i] - second * sines[i];
      out[i * step + gap] = second * cosines[i] + first * sines[i];
    }
    memcpy(out + 2 * pairs, row + 2 * pairs, (width - 2 * pairs) * sizeof(float));
  }
}

enum { LANES = 16 };

// What is left of a row behind its last whole LANES, filled up: one vector instead of many steps.
static inline __attribute__((always_inline)) void fill_up(float *lanes, const float *x, size_t count, float filling) {
  for (size_t j = 0; j < LANES; j++) lanes[j] = filling;
  memcpy(lanes, x, count * sizeof(float));
}

// The largest value: of long rows 64 running maxima side by side, of short ones 16, so that the comparisons vectorise.
TK_CLONES static float row_maximum(const float *x, size_t count) {
  float lanes[4 * LANES];
  for (size_t j = 0; j < 4 * LANES; j++) lanes[j] = -INFINITY;
  size_t i = 0;
  if (count >= 4 * LANES) {
    for (; i + 4 * LANES <= count; i += 4 * LANES)
      for (size_t j = 0; j < 4 * LANES; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
    for (size_t j = 0; j < 2 * LANES; j++) lanes[j] = lanes[j + 2 * LANES] > lanes[j] ? lanes[j + 2 * LANES] : lanes[j];
    for (size_t j = 0; j < LANES; j++) lanes[j] = lanes[j + LANES] > lanes[j] ? lanes[j + LANES] : lanes[j];
  }
  for (; i + LANES <= count; i += LANES)
    for (size_t j = 0; j < LANES; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  if (i < count) {
    float rest[LANES];
    fill_up(rest, x + i, count - i, -INFINITY);
    for (size_t j = 0; j < LANES; j++) lanes[j] = rest[j] > lanes[j] ? rest[j] : lanes[j];
  }
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; j++) lanes[j] = lanes[j + half] > lanes[j] ? lanes[j + half] : lanes[j];
  return lanes[0];
}

static inline __attribute__((always_inline)) float sum_of(const float *x, size_t count) {
#pragma clang fp reassociate(on)
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

// e^(x − shift) in place of LANES values, and where there are products, (x − shift)·e^(x − shift) added to them. One
// pointer, because a loop over two that are equal does not vectorise.
static inline __attribute__((always_inline)) void exponential_lanes(float *x, float shift, float *products) {
#pragma clang fp contract(fast)
  for (size_t j = 0; j < LANES; j++) {
    float y = x[j] - shift;
    x[j] = tk_exp(y);
    // Where e^y is 0 it adds nothing: −∞·0 would be NaN.
    if (products) products[j] += x[j] * (y < -87.0f ? 0.0f : y);
  }
}

static inline __attribute__((always_inline)) float exponential_row(float *x, float shift, size_t count,
                                                                   float *products) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) exponential_lanes(x + i, shift, products);
  if (i < count) {
    float rest[LANES];
    fill_up(rest, x + i, count - i, shift);
    exponential_lanes(rest, shift, products);
    memcpy(x + i, rest, (count - i) * sizeof(float));
  }
  return sum_of(x, count);
}

// e^(x − shift) in place, and the sum.
TK_CLONES static float exponentials(float *x, float shift, size_t count) {
  return exponential_row(x, shift, count, NULL);
}

// The same, and Σ (x − shift)·e^(x − shift).
TK_CLONES static float weighted_exponentials(float *x, float shift, size_t count, float *weighted) {
  float products[LANES] = {0};
  float sum = exponential_row(x, shift, count, products);
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t j = 0; j < half; j++) products[j] += products[j + half];
  *weighted = products[0];
  return sum;
}

TK_CLONES void tk_softmax_row(float *row, const uint8_t *key_mask, size_t visible, size_t keys, float *normaliser,
                              float *weighted) {
  if (key_mask)
    for (size_t k = 0; k < visible; k++) row[k] = key_mask[k] ? row[k] : -INFINITY;
  float largest = row_maximum(row, visible);
  if (largest == -INFINITY) {
    // Nothing is seen, or no number.
    float filling = 0;
    for (size_t k = 0; k < visible; k++) filling = row[k] != row[k] ? row[k] : filling;
    for (size_t k = 0; k < visible; k++) row[k] = filling;
    memset(row + visible, 0, (keys - visible) * sizeof(float));
    if (normaliser) *normaliser = 1 + filling, *weighted = 0;
    return;
  }
  float sum = normaliser ? weighted_exponentials(row, largest, visible, weighted) : exponentials(row, largest, visible);
  if (normaliser) *normaliser = sum;
  float inverse = 1.0f / sum;
  for (size_t k = 0; k < visible; k++) row[k] *= inverse;
  memset(row + visible, 0, (keys - visible) * sizeof(float));
}

TK_CLONES void tk_softmax_entropies(float *entropies, const float *weighted, size_t rows) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < rows; i++) entropies[i] = tk_log(entropies[i]) - weighted[i] / entropies[i];
}

TK_CLONES void tk_entropies(float *entropies, const float *p, size_t rows, size_t stride, size_t keys) {
#pragma clang fp reassociate(on) contract(fast)
  enum { BLOCK = 256 };
  for (size_t row = 0; row < rows; row++) {
    double entropy = 0;
    for (size_t start = 0; start < keys; start += BLOCK) {
      const size_t end = start + BLOCK < keys ? start + BLOCK : keys;
      float sum = 0;
      for (size_t k = start; k < end; k++) {
        const float a = p[row * stride + k];
        sum += a < 0x1p-126f ? 0.0f : a * tk_log(a);
      }
      entropy -= sum;
    }
    entropies[row] = (float)entropy;
  }
}

TK_CLONES void tk_softmax_row_backward(float *dp, const float *p, size_t keys) {
#pragma clang fp reassociate(on) contract(fast)
  float dot = 0;
  for (size_t k = 0; k < keys; k++) dot += p[k] * dp[k];
  for (size_t k = 0; k < keys; k++) dp[k] = p[k] * (dp[k] - dot);
}

int tk_is_largest(const float *x, size_t count, size_t index) {
  const float value = x[index];
  int beaten = value != value;
  for (size_t k = 0; k < index; k++) beaten |= x[k] >= value;
  for (size_t k = index + 1; k < count; k++) beaten |= x[k] > value;
  return !beaten;
}

TK_CLONES double tk_log_sum_exp(const float *x, size_t count, float *exponential, double *sum) {
  float largest = row_maximum(x, count);
  double total = 0;
  float block[512];
  for (size_t start = 0; start < count; start += 512) {
    size_t length = count - start < 512 ? count - start : 512;
    float *y = exponential ? exponential + start : block;
    if (y != x + start) memcpy(y, x + start, length * sizeof(float));
    total += exponentials(y, largest, length);
  }
  *sum = total;
  return log(total) + (double)largest;
}

TK_CLONES void tk_score_row(
    float *p, const float *q, const float *keys, size_t count, size_t stride, size_t width, float scale) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t k = 0; k < count; k++) {
    const float *key = keys + k * stride;
    float sum = 0;
    for (size_t i = 0; i < width; i++) sum += q[i] * key[i];
    p[k] = scale * sum;
  }
}

TK_CLONES void tk_mix_row(
    float *z, const float *p, const float *values, size_t count, size_t stride, size_t width) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < width; i++) z[i] = 0;
  for (size_t k = 0; k < count; k++) {
    const float *value = values + k * stride;
    for (size_t i = 0; i < width; i++) z[i] += p[k] * value[i];
  }
}
