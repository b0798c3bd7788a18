// Row statistics of attention patterns, and counts over gradients, weights and token vectors.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What `tk_attention_rows` adds up over the rows of one head and document.
enum {
  TK_ATTENTION_ENTROPY,
  TK_ATTENTION_NORMALISED,
  TK_ATTENTION_EFFECTIVE,
  TK_ATTENTION_MAXIMUM,
  TK_ATTENTION_DISTANCE,
  TK_ATTENTION_LOCAL,
  TK_ATTENTION_LONG_RANGE,
  TK_ATTENTION_SELF,
  TK_ATTENTION_PREVIOUS,
  TK_ATTENTION_NEXT,
  TK_ATTENTION_FIRST,
  TK_ATTENTION_OPENING,
  TK_ATTENTION_CLOSING,
  TK_ATTENTION_PUNCTUATION,
  TK_ATTENTION_PAD,
  TK_ATTENTION_DIAGONAL,
  TK_ATTENTION_UNIFORM,
  TK_ATTENTION_HIERARCHICAL,
  TK_ATTENTION_COUNT
};

/// Adds the metrics of every row that sees at least two keys, in one pass over each row.
///
/// `pattern` is `[length, stride]`: row q holds the probabilities of query q, keys `length ..< stride` are padding.
/// `opening`, `closing`, `punctuation` are 1 at keys of that kind, else 0. `sums` (TK_ATTENTION_COUNT), `marginal`
/// (`length`: Σ_q A[q,k]) and `offsets` (`2·length − 1`: Σ A[q,k] at k − q + length − 1) are added to.
void tk_attention_rows(const float *pattern, size_t stride, size_t length, int causal, const float *opening,
                       const float *closing, const float *punctuation, double *sums, double *marginal,
                       double *offsets);

/// Adds to `counts[bins]` how many |x| fall between the edges `10^(low + i / per_decade)` (the first and last bin take
/// what lies outside), and to `special` the exact zeros, NaN, +∞ and −∞; returns the sum of squares.
double tk_magnitude_counts(const float *x, size_t count, float low, float per_decade, size_t bins, uint64_t *counts,
                           uint64_t *special);

/// Adds to `special` the exact zeros, NaN, +∞ and −∞ of `x`.
void tk_census(const float *x, size_t count, uint64_t *special);

/// One token vector of `width`: adds x to `sum`, x/‖x‖ to `unit`, 1 to `outliers` where |x| ≥ 6, and counts |x| by the
/// upper 15 bits of its float (0.8 % wide) in `magnitudes` (32,768). Raises `*maximum` to max |x|; returns ‖x‖.
double tk_token_statistics(const float *x, size_t width, double *sum, double *unit, uint32_t *outliers,
                           uint32_t *magnitudes, float *maximum);

/// y += a·x.
void tk_add_scaled(double *y, const double *x, double a, size_t count);

/// Σ x·y.
double tk_dot(const double *x, const double *y, size_t count);

/// How many of `x` are below `bound`.
size_t tk_count_below(const double *x, size_t count, double bound);
