// The loops of training: dropout, smoothed labels, and the steps of optimisers.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// y[i] = x[i]/(1 − rate), or 0 with probability `rate`, by a hash of seed and first + i. y may be x.
void tk_dropout(float *y, const float *x, float rate, uint64_t seed, uint64_t first, size_t count);

/// From the gradient of a row's cross entropy to that with a share `smoothing` of the target spread over all classes:
/// row[v] −= smoothing·scale/V, row[target] += smoothing·scale.
void tk_smooth_row_backward(float *row, size_t vocabulary, size_t target, float smoothing, float scale);

/// What a step of AdamW needs beside the arrays (Loshchilov & Hutter 2019, in PyTorch's order of operations).
struct tk_adamw {
  /// What gradients are multiplied with first: 1, or less where their norm is clipped.
  float gradient_scale;
  float rate;
  float beta1;
  float beta2;
  float epsilon;
  /// Decoupled weight decay; 0 for none.
  float decay;
  /// 1 − β₁ᵗ and √(1 − β₂ᵗ) in step t = 1, 2, ….
  double correction1;
  double root_correction2;
};

/// w −= rate·decay·w, m += (1 − β₁)(g − m), v = β₂v + (1 − β₂)g², w −= rate/correction1 · m/(√v/root_correction2 + ε).
/// Adds to `squares`, where it is not null, those of w before the step and of its changes.
void tk_adamw_step(float *w, float *m, float *v, const float *g, const struct tk_adamw *s, double *squares,
                   size_t count);

/// What a step of stochastic gradient descent needs beside the arrays, in PyTorch's order of operations.
struct tk_sgd {
  float gradient_scale;
  float rate;
  float momentum;
  /// Added to the gradient: decay·w.
  float decay;
  /// Whether the momentum has no past yet.
  int is_first;
  int is_nesterov;
};

/// g += decay·w, b = momentum·b + g (b = g in the first step), w −= rate·b. `squares` as above.
void tk_sgd_step(float *w, float *b, const float *g, const struct tk_sgd *s, double *squares, size_t count);
