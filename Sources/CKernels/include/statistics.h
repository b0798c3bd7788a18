// Row statistics of attention patterns, and counts over gradients, weights and token vectors.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What `tk_attention_rows` and `tk_attention_distances` add up over the rows of one head and document.
enum {
  TK_ATTENTION_ENTROPY,
  TK_ATTENTION_NORMALISED,
  TK_ATTENTION_EFFECTIVE,
  TK_ATTENTION_MAXIMUM,
  TK_ATTENTION_FIRST,
  TK_ATTENTION_OPENING,
  TK_ATTENTION_CLOSING,
  TK_ATTENTION_PUNCTUATION,
  TK_ATTENTION_PAD,
  TK_ATTENTION_UNIFORM,
  TK_ATTENTION_DISTANCE,
  TK_ATTENTION_UNIFORM_DISTANCE,
  TK_ATTENTION_LOCAL,
  TK_ATTENTION_LONG_RANGE,
  TK_ATTENTION_SELF,
  TK_ATTENTION_PREVIOUS,
  TK_ATTENTION_NEXT,
  TK_ATTENTION_DIAGONAL,
  TK_ATTENTION_HIERARCHICAL,
  TK_ATTENTION_COUNT
};

/// Some rows of one head's probabilities on one document.
struct tk_attention_band {
  /// `[queries, keys]`, rows `stride` apart; keys that are not among the columns have 0.
  const float *pattern;
  size_t stride;
  /// The entropy of each row over all its columns, nats.
  const float *entropies;
  size_t first_query, queries;
  size_t first_key, keys;
  /// The document's keys; those from here on are padding.
  size_t length;
  /// Whether query q sees the keys up to q alone, and of those the last `window` (0: all).
  int causal;
  size_t window;
  /// Of the keys before the window, every how many-th is seen too (0: none).
  size_t every;
};

/// Of the rows that see two keys or more: adds the entropies to sums[0], these over ln n to sums[1], their number to
/// sums[2].
void tk_attention_entropy(const struct tk_attention_band *band, double *sums);

/// Adds the metrics of every row that sees at least two keys, as far as they do not depend on where keys are.
///
/// `opening`, `closing`, `punctuation` (`length`) are 1 at keys of that kind, else 0. `sums` (TK_ATTENTION_COUNT) and
/// `marginal` (`length`: Σ_q A[q,k]) are added to.
void tk_attention_rows(const struct tk_attention_band *band, const float *opening, const float *closing,
                       const float *punctuation, double *sums, double *marginal);

/// Adds the metrics of the distance |q − k| for the same rows, queries and keys being positions of one sequence.
///
/// `offsets` (`2·length − 1`: Σ A[q,k] at k − q + length − 1) is added to.
void tk_attention_distances(const struct tk_attention_band *band, double *sums, double *offsets);

/// The same where positions lie in a plane: `distances` is `[length, length]`, negative where the query or the key has no
/// place in it; rows of such queries do not count, and of the others the mass on keys with a place is scaled to 1 (but for
/// the self share). Long range is beyond `far`; the dyadic bands go by the distance rounded down.
void tk_attention_plane_distances(const struct tk_attention_band *band, const float *distances, float far,
                                  double *sums);

/// Adds to the `[blocks, blocks]` of pooled means and maxima: key and query go to block `position / size`.
void tk_attention_pool(const struct tk_attention_band *band, size_t size, size_t blocks, double *sum, float *maximum);

/// Most bins of `tk_magnitude_counts`.
enum { TK_MOST_BINS = 256 };

/// Adds to `counts[bins]` how many |x| fall between the edges `10^(low + i / per_decade)` (the first and last bin take
/// what lies outside; there are TK_MOST_BINS at most), and to `special` the exact zeros, NaN, +∞ and −∞; returns the sum
/// of squares.
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

/// Over positions t of g and x `[positions, width]`, adds Σ_t ‖g_t‖² to `squares` and Σ_t ‖g_t‖·‖x_t‖ to `products`, that
/// only where x is not null.
void tk_flow(const float *g, const float *x, size_t positions, size_t width, double *squares, double *products);

/// x in double, and added to `sum`.
void tk_widen(double *out, double *sum, const float *x, size_t count);
