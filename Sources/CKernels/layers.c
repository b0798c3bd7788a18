#include "kernels.h"

#include <math.h>

#include "elementary.h"

TK_CLONES void tk_add(float *y, const float *a, const float *b, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

TK_CLONES void tk_accumulate(float *y, const float *a, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a[i];
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

// The largest value, the exponentials and their sum over `count` values that are all visible.
TK_CLONES static float row_maximum(const float *x, size_t count) {
#pragma clang fp reassociate(on)
  float largest = -INFINITY;
  for (size_t i = 0; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

TK_CLONES static float exponentials(float *y, const float *x, float shift, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = tk_exp(x[i] - shift);
  {
#pragma clang fp reassociate(on)
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += y[i];
    return sum;
  }
}

TK_CLONES static double sum_of_exponentials(const float *x, float shift, size_t count) {
  double total = 0;
  float block[512];
  for (size_t start = 0; start < count; start += 512) {
    size_t length = count - start < 512 ? count - start : 512;
    total += exponentials(block, x + start, shift, length);
  }
  return total;
}

TK_CLONES void tk_softmax_row(float *row, const uint8_t *key_mask, size_t visible, size_t keys) {
  if (key_mask)
    for (size_t k = 0; k < visible; k++) row[k] = key_mask[k] ? row[k] : -INFINITY;
  float largest = row_maximum(row, visible);
  if (largest == -INFINITY) {
    memset(row, 0, keys * sizeof(float));
    return;
  }
  float sum = exponentials(row, row, largest, visible);
  float inverse = 1.0f / sum;
  for (size_t k = 0; k < visible; k++) row[k] *= inverse;
  memset(row + visible, 0, (keys - visible) * sizeof(float));
}

TK_CLONES void tk_softmax_row_backward(float *dp, const float *p, size_t keys) {
#pragma clang fp reassociate(on) contract(fast)
  float dot = 0;
  for (size_t k = 0; k < keys; k++) dot += p[k] * dp[k];
  for (size_t k = 0; k < keys; k++) dp[k] = p[k] * (dp[k] - dot);
}

TK_CLONES double tk_cross_entropy_row(const float *logits, size_t vocabulary, size_t target, float *gradient,
                                      float scale) {
  float largest = row_maximum(logits, vocabulary);
  double loss;
  if (gradient) {
    float wanted = logits[target];
    double sum = exponentials(gradient, logits, largest, vocabulary);
    float factor = (float)(scale / sum);
    for (size_t v = 0; v < vocabulary; v++) gradient[v] *= factor;
    gradient[target] -= scale;
    loss = log(sum) + (double)largest - (double)wanted;
  } else {
    loss = log(sum_of_exponentials(logits, largest, vocabulary)) + (double)largest - (double)logits[target];
  }
  return loss;
}
