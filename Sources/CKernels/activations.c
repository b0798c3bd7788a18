#include "kernels.h"

#include "elementary.h"

static const float root_half = 0.707106781f;            // √½
static const float density_at_0 = 0.398942280f;         // 1/√(2π)
static const float root_2_over_pi = 0.797884561f;       // √(2/π)
static const float cubic = 0.044715f;                   // of the tanh form of GELU (Hendrycks & Gimpel 2016)

TK_CLONES static void gelu(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = 0.5f * x[i] * (1.0f + tk_erf(x[i] * root_half));
}

TK_CLONES static void gelu_backward(float *dx, const float *dy, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float v = x[i];
    float cumulative = 0.5f * (1.0f + tk_erf(v * root_half));
    dx[i] = dy[i] * (cumulative + v * density_at_0 * tk_exp(-0.5f * v * v));
  }
}

TK_CLONES static void gelu_tanh(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float v = x[i];
    y[i] = 0.5f * v * (1.0f + tk_tanh(root_2_over_pi * (v + cubic * v * v * v)));
  }
}

TK_CLONES static void gelu_tanh_backward(float *dx, const float *dy, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float v = x[i];
    float t = tk_tanh(root_2_over_pi * (v + cubic * v * v * v));
    float slope = root_2_over_pi * (1.0f + 3.0f * cubic * v * v);
    dx[i] = dy[i] * (0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * slope);
  }
}

TK_CLONES static void gelu_tanh_slope(float *y, float *slopes, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float v = x[i];
    float t = tk_tanh(root_2_over_pi * (v + cubic * v * v * v));
    float slope = root_2_over_pi * (1.0f + 3.0f * cubic * v * v);
    y[i] = 0.5f * v * (1.0f + t);
    slopes[i] = 0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * slope;
  }
}

TK_CLONES static void gelu_slope(float *y, float *slopes, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float v = x[i];
    float e = tk_erf(v * root_half);
    y[i] = 0.5f * v * (1.0f + e);
    slopes[i] = 0.5f * (1.0f + e) + v * density_at_0 * tk_exp(-0.5f * v * v);
  }
}

int tk_activate_with_slope(enum tk_activation kind, float *y, float *slopes, const float *x, size_t count) {
  if (kind == TK_GELU_TANH) gelu_tanh_slope(y, slopes, x, count);
  if (kind == TK_GELU) gelu_slope(y, slopes, x, count);
  return kind == TK_GELU_TANH || kind == TK_GELU;
}

TK_CLONES static void relu(float *y, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

TK_CLONES static void relu_backward(float *dx, const float *dy, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
}

TK_CLONES static void silu(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = x[i] / (1.0f + tk_exp(-x[i]));
}

TK_CLONES static void silu_backward(float *dx, const float *dy, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float s = 1.0f / (1.0f + tk_exp(-x[i]));
    dx[i] = dy[i] * s * (1.0f + x[i] * (1.0f - s));
  }
}

TK_CLONES static void tanh_forward(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = tk_tanh(x[i]);
}

TK_CLONES static void tanh_backward(float *dx, const float *dy, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) {
    float t = tk_tanh(x[i]);
    dx[i] = dy[i] * (1.0f - t * t);
  }
}

TK_CLONES static void elu_plus_one(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] + 1.0f : tk_exp(x[i]);
}

TK_CLONES static void elu_plus_one_backward(float *dx, const float *dy, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) dx[i] = x[i] > 0 ? dy[i] : dy[i] * tk_exp(x[i]);
}

TK_CLONES static void logarithm(float *y, const float *x, size_t count) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < count; i++) y[i] = tk_log(x[i]);
}

TK_CLONES static void logarithm_backward(float *dx, const float *dy, const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) dx[i] = dy[i] / x[i];
}

void tk_activate(enum tk_activation kind, float *y, const float *x, size_t count) {
  switch (kind) {
    case TK_GELU: gelu(y, x, count); break;
    case TK_GELU_TANH: gelu_tanh(y, x, count); break;
    case TK_RELU: relu(y, x, count); break;
    case TK_SILU: silu(y, x, count); break;
    case TK_TANH: tanh_forward(y, x, count); break;
    case TK_ELU_PLUS_ONE: elu_plus_one(y, x, count); break;
    case TK_LOGARITHM: logarithm(y, x, count); break;
  }
}

void tk_activate_backward(enum tk_activation kind, float *dx, const float *dy, const float *x, size_t count) {
  switch (kind) {
    case TK_GELU: gelu_backward(dx, dy, x, count); break;
    case TK_GELU_TANH: gelu_tanh_backward(dx, dy, x, count); break;
    case TK_RELU: relu_backward(dx, dy, x, count); break;
    case TK_SILU: silu_backward(dx, dy, x, count); break;
    case TK_TANH: tanh_backward(dx, dy, x, count); break;
    case TK_ELU_PLUS_ONE: elu_plus_one_backward(dx, dy, x, count); break;
    case TK_LOGARITHM: logarithm_backward(dx, dy, x, count); break;
  }
}
