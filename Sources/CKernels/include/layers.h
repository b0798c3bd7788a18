// The loops of the network that are no matrix products, each forward beside its backward.
//
// Letters: rows N (batch × positions), width C, keys T, vocabulary V.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// y[i] = a[i] + b[i].
void tk_add(float *y, const float *a, const float *b, size_t count);

/// y[i] = a[i] · b[i].
void tk_multiply(float *y, const float *a, const float *b, size_t count);

/// y[i] += a[i].
void tk_accumulate(float *y, const float *a, size_t count);

/// y[i] += factor · x[i].
void tk_accumulate_scaled(float *y, const float *x, float factor, size_t count);

/// Σ a[i]·b[i].
float tk_inner_product(const float *a, const float *b, size_t count);

/// y[i] = factor · x[i].
void tk_scale(float *y, const float *x, float factor, size_t count);

/// Adds bias[C] to each of `rows` rows of y that are `stride` apart.
void tk_add_bias(float *y, const float *bias, size_t rows, size_t width, size_t stride);

/// y[n] = (x[n] − mean)·rstd·gain + bias per row; keeps mean[N] and rstd[N] for the backward pass.
void tk_layer_norm(float *y, float *mean, float *rstd, const float *x, const float *gain, const float *bias,
                   float epsilon, size_t rows, size_t width);

/// dx = existing + ∂L/∂x (existing may be null); adds this chunk's ∂L/∂gain and ∂L/∂bias to dgain[C], dbias[C]
/// (both may be null).
void tk_layer_norm_backward(float *dx, const float *existing, float *dgain, float *dbias, const float *dy,
                            const float *x, const float *gain, const float *mean, const float *rstd, size_t rows,
                            size_t width);

/// y[n] = x[n]·rstd·(shift + gain) per row, rstd = 1/√(mean(x²) + ε); keeps rstd[N] for the backward pass.
void tk_rms_norm(float *y, float *rstd, const float *x, const float *gain, float shift, float epsilon, size_t rows,
                 size_t width);

/// dx = existing + ∂L/∂x (existing may be null); adds this chunk's ∂L/∂gain to dgain[C] (may be null).
void tk_rms_norm_backward(float *dx, const float *existing, float *dgain, const float *dy, const float *x,
                          const float *gain, float shift, const float *rstd, size_t rows, size_t width);

/// Turns each of `rows` rows of `width` by the angles whose cosines and sines are given: pair i of `pairs`,
/// (x[i·step], x[i·step + gap]) becomes (x cos − x′ sin, x′ cos + x sin); the rest of the row is copied.
void tk_rotate(float *y, const float *x, const float *cosines, const float *sines, size_t pairs, size_t step,
               size_t gap, size_t rows, size_t width);

/// Softmax in place of one row of scores over the `visible` first keys, of those whose key_mask is not 0 (null: all);
/// the others, up to T, become 0. A row that sees nothing becomes 0, one with a NaN among what it sees NaN.
///
/// Where they are not null, `normaliser` becomes Z = Σ e^(x − max x), and `weighted` Σ (x − max x)·e^(x − max x); 1 and 0
/// for a row that sees nothing.
void tk_softmax_row(float *row, const uint8_t *key_mask, size_t visible, size_t keys, float *normaliser,
                    float *weighted);

/// The entropies of softmax rows in nats, ln Z − weighted/Z, in place of their normalisers.
void tk_softmax_entropies(float *entropies, const float *weighted, size_t rows);

/// −Σ p ln p over all columns of rows of probabilities; those below the normal range of floats count as 0.
void tk_entropies(float *entropies, const float *p, size_t rows, size_t stride, size_t keys);

/// `p[k] = scale · Σ_i q[i]·keys[k·stride + i]`, and `z[i] = Σ_k p[k]·values[k·stride + i]`: one query of one head.
void tk_score_row(float *p, const float *q, const float *keys, size_t count, size_t stride, size_t width, float scale);
void tk_mix_row(float *z, const float *p, const float *values, size_t count, size_t stride, size_t width);

/// `y[m, c] = Σ_k x[m, k]·w[k, c]`, or `w[c, k]` where the outputs lie in rows: few rows and a large matrix.
void tk_step_input_major(float *y, size_t y_stride, const float *x, size_t rows, const float *w, size_t w_stride,
                         size_t depth, size_t columns);
void tk_step_output_major(float *y, size_t y_stride, const float *x, size_t rows, const float *w, size_t w_stride,
                          size_t depth, size_t columns);

/// ds = p·(dp − Σ p·dp) for one row, in place of dp.
void tk_softmax_row_backward(float *dp, const float *p, size_t keys);

/// Whether x[index] is the largest of x, and the first of those that are as large; 0 where it is NaN.
int tk_is_largest(const float *x, size_t count, size_t index);

/// ln Σ e^x. `sum` becomes Σ e^(x − max x), and `exponential` (null, or x itself, or as long) its terms.
double tk_log_sum_exp(const float *x, size_t count, float *exponential, double *sum);
