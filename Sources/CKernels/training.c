#include "kernels.h"

#include <math.h>

// Murmur3's finaliser over the place, with the seed mixed in before and between.
static inline __attribute__((always_inline)) uint32_t hashed(uint32_t i, uint32_t low, uint32_t high) {
  uint32_t h = i * 0x9E3779B9u + low;
  h ^= h >> 16;
  h *= 0x85EBCA6Bu;
  h ^= (h >> 13) ^ high;
  h *= 0xC2B2AE35u;
  h ^= h >> 16;
  h *= 0x27D4EB2Fu;
  h ^= h >> 15;
  return h;
}

TK_CLONES void tk_dropout(float *y, const float *x, float rate, uint64_t seed, uint64_t first, size_t count) {
  uint32_t low = (uint32_t)seed, high = (uint32_t)(seed >> 32) + (uint32_t)(first >> 32) * 0x165667B1u;
  uint32_t start = (uint32_t)first;
  uint32_t threshold = (uint32_t)((double)rate * 4294967296.0);
  float scale = 1.0f / (1.0f - rate);
  for (size_t i = 0; i < count; i++) {
    float factor = hashed(start + (uint32_t)i, low, high) >= threshold ? scale : 0.0f;
    y[i] = x[i] * factor;
  }
}

TK_CLONES void tk_smooth_row_backward(float *row, size_t vocabulary, size_t target, float smoothing, float scale) {
  float share = smoothing * scale / (float)vocabulary;
  for (size_t v = 0; v < vocabulary; v++) row[v] -= share;
  row[target] += smoothing * scale;
}

// A block's changes are summed in float, blocks in double.
enum { block = 1024 };

TK_CLONES void tk_adamw_step(float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
                             const struct tk_adamw *s, double *squares, size_t count) {
#pragma clang fp reassociate(on) contract(fast)
  float keep = 1.0f - s->rate * s->decay, scale = s->gradient_scale;
  float beta1 = 1.0f - s->beta1, beta2 = s->beta2, rest2 = 1.0f - s->beta2, epsilon = s->epsilon;
  float step = (float)((double)s->rate / s->correction1), root = (float)(1.0 / s->root_correction2);
  for (size_t start = 0; start < count; start += block) {
    size_t end = count - start < block ? count : start + block;
    if (squares) {
      double weights = 0;
      float changes = 0;
      for (size_t i = start; i < end; i++) {
        weights += (double)w[i] * (double)w[i];
        float gradient = g[i] * scale;
        m[i] += beta1 * (gradient - m[i]);
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        float next = w[i] * keep - step * m[i] / (sqrtf(v[i]) * root + epsilon);
        float delta = next - w[i];
        changes += delta * delta;
        w[i] = next;
      }
      squares[0] += weights;
      squares[1] += changes;
    } else {
      for (size_t i = start; i < end; i++) {
        float gradient = g[i] * scale;
        m[i] += beta1 * (gradient - m[i]);
        v[i] = beta2 * v[i] + rest2 * gradient * gradient;
        w[i] = w[i] * keep - step * m[i] / (sqrtf(v[i]) * root + epsilon);
      }
    }
  }
}

TK_CLONES void tk_sgd_step(float *restrict w, float *restrict b, const float *restrict g, const struct tk_sgd *s,
                           double *squares, size_t count) {
#pragma clang fp reassociate(on) contract(fast)
  float scale = s->gradient_scale, rate = s->rate, momentum = s->is_first ? 0.0f : s->momentum, decay = s->decay;
  float lookahead = s->is_nesterov ? s->momentum : 0.0f;
  for (size_t start = 0; start < count; start += block) {
    size_t end = count - start < block ? count : start + block;
    double weights = 0;
    float changes = 0;
    for (size_t i = start; i < end; i++) {
      float gradient = g[i] * scale + decay * w[i];
      float velocity = momentum * b[i] + gradient;
      b[i] = velocity;
      float delta = rate * (s->is_nesterov ? gradient + lookahead * velocity : velocity);
      weights += (double)w[i] * (double)w[i];
      changes += delta * delta;
      w[i] -= delta;
    }
    if (squares) {
      squares[0] += weights;
      squares[1] += changes;
    }
  }
}
