#include "kernels.h"

#include "elementary.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 256 };

/// Sums in float over blocks, whose sums are added in double.
INLINE double range_sum(const float *x, ptrdiff_t first, ptrdiff_t end) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (ptrdiff_t start = first; start < end; start += BLOCK) {
    const ptrdiff_t stop = start + BLOCK < end ? start + BLOCK : end;
    float part = 0;
    for (ptrdiff_t k = start; k < stop; k++) part += x[k];
    sum += part;
  }
  return sum;
}

INLINE ptrdiff_t clamped(ptrdiff_t x, ptrdiff_t low, ptrdiff_t high) { return x < low ? low : x > high ? high : x; }

/// The keys that a query sees.
struct span {
  ptrdiff_t first, end;
};

INLINE struct span visible(const struct tk_attention_band *band, ptrdiff_t q) {
  struct span seen = {0, (ptrdiff_t)band->length};
  if (!band->causal) return seen;
  seen.end = q + 1 < seen.end ? q + 1 : seen.end;
  if (band->window && !band->every && seen.end > (ptrdiff_t)band->window) seen.first = seen.end - (ptrdiff_t)band->window;
  return seen;
}

/// How many keys up to a distance, that excluded, a query sees that looks back strided.
INLINE ptrdiff_t strided_before(const struct tk_attention_band *band, ptrdiff_t distance) {
  const ptrdiff_t window = (ptrdiff_t)band->window, every = (ptrdiff_t)band->every;
  return distance <= window ? distance : window + (distance - 1) / every - (window - 1) / every;
}

/// How many keys a query sees.
INLINE ptrdiff_t visible_count(const struct tk_attention_band *band, struct span seen) {
  return band->every ? strided_before(band, seen.end - seen.first) : seen.end - seen.first;
}

/// The sum of the distances of the keys that a query sees `before` keys back at most, when it looks back strided.
INLINE double strided_distances(const struct tk_attention_band *band, ptrdiff_t before) {
  const ptrdiff_t window = (ptrdiff_t)band->window, every = (ptrdiff_t)band->every;
  if (before < window) return (double)before * (double)(before + 1) / 2;
  const double from = (double)((window - 1) / every), to = (double)(before / every);
  return (double)(window - 1) * (double)window / 2 + (double)every * (to * (to + 1) - from * (from + 1)) / 2;
}

/// A row as if its first column were key 0.
INLINE const float *row_at(const struct tk_attention_band *band, ptrdiff_t q) {
  return band->pattern + (size_t)(q - (ptrdiff_t)band->first_query) * band->stride - band->first_key;
}

/// The real keys among the columns.
INLINE struct span columns(const struct tk_attention_band *band) {
  const size_t end = band->first_key + band->keys;
  struct span span = {(ptrdiff_t)band->first_key, (ptrdiff_t)(end < band->length ? end : band->length)};
  return span;
}

/// The first query that sees two keys, or the end.
INLINE ptrdiff_t first_row(const struct tk_attention_band *band) {
  const ptrdiff_t first = (ptrdiff_t)band->first_query, end = first + (ptrdiff_t)band->queries;
  if (band->length < 2 || (band->causal && band->window == 1)) return end;
  return band->causal && first == 0 && end > 0 ? 1 : first;
}

enum { LOGARITHMS = 1024 };
static double logarithms[LOGARITHMS];
static pthread_once_t logarithms_once = PTHREAD_ONCE_INIT;

static void fill_logarithms(void) {
  for (int i = 0; i < LOGARITHMS; i++) logarithms[i] = log((double)i);
}

/// ln n, from a table where it may be.
INLINE double logarithm(ptrdiff_t n) { return n < LOGARITHMS ? logarithms[n] : log((double)n); }

void tk_attention_entropy(const struct tk_attention_band *band, double *sums) {
  const ptrdiff_t start = first_row(band), stop = (ptrdiff_t)(band->first_query + band->queries);
  pthread_once(&logarithms_once, fill_logarithms);
  for (ptrdiff_t q = start; q < stop; q++) {
    const struct span seen = visible(band, q);
    const double entropy = band->entropies[q - (ptrdiff_t)band->first_query];
    sums[0] += entropy;
    sums[1] += entropy / logarithm(visible_count(band, seen));
    sums[2] += 1;
  }
}

TK_CLONES void tk_attention_rows(const struct tk_attention_band *band, const float *opening, const float *closing,
                                 const float *punctuation, double *sums, double *marginal) {
#pragma clang fp reassociate(on) contract(fast)
  const ptrdiff_t start = first_row(band), stop = (ptrdiff_t)(band->first_query + band->queries);
  const struct span cut = columns(band);
  for (ptrdiff_t q = start; q < stop; q++) {
    const float *row = row_at(band, q);
    const struct span seen = visible(band, q);
    const ptrdiff_t first = clamped(seen.first, cut.first, cut.end), end = clamped(seen.end, cut.first, cut.end);
    const double count = (double)visible_count(band, seen);
    const float uniform = 1.0f / (float)count;
    const double entropy = band->entropies[q - (ptrdiff_t)band->first_query];
    double deviation = 0, onOpening = 0, onClosing = 0, onPunctuation = 0;
    int32_t largest = 0;
    for (ptrdiff_t from = first; from < end; from += BLOCK) {
      const ptrdiff_t to = from + BLOCK < end ? from + BLOCK : end;
      float apart = 0, o = 0, c = 0, p = 0;
      for (ptrdiff_t k = from; k < to; k++) {
        const float a = row[k];
        // Without the sign, that a NaN may have: it is the largest then.
        const int32_t bits = tk_bits_of(a) & 0x7fffffff;
        largest = bits > largest ? bits : largest;
        apart += fabsf(a - uniform);
        o += a * opening[k];
        c += a * closing[k];
        p += a * punctuation[k];
      }
      deviation += apart;
      onOpening += o;
      onClosing += c;
      onPunctuation += p;
    }
    // Keys between strides are not seen: their 0 is no distance from the uniform row.
    deviation -= ((double)(seen.end - seen.first) - count) * uniform;
    sums[TK_ATTENTION_ENTROPY] += entropy;
    sums[TK_ATTENTION_NORMALISED] += entropy / log(count);
    sums[TK_ATTENTION_EFFECTIVE] += exp(entropy);
    sums[TK_ATTENTION_MAXIMUM] += tk_float_of(largest);
    if (band->first_key == 0 && band->keys > 0) sums[TK_ATTENTION_FIRST] += row[0];
    sums[TK_ATTENTION_OPENING] += onOpening;
    sums[TK_ATTENTION_CLOSING] += onClosing;
    sums[TK_ATTENTION_PUNCTUATION] += onPunctuation;
    sums[TK_ATTENTION_PAD] += range_sum(row, cut.end, (ptrdiff_t)(band->first_key + band->keys));
    // 1 − 2·TV, TV = ½ Σ|A − 1/n|; written so that a NaN stays one.
    sums[TK_ATTENTION_UNIFORM] += deviation > 1 ? 0 : 1 - deviation;
  }
  // Some rows at a time in float, so that the long array in double is touched seldom.
  for (ptrdiff_t low = start; low < stop; low += 64) {
    const ptrdiff_t high = low + 64 < stop ? low + 64 : stop;
    for (ptrdiff_t from = cut.first; from < cut.end; from += BLOCK) {
      const ptrdiff_t size = from + BLOCK < cut.end ? BLOCK : cut.end - from;
      float part[BLOCK] = {0};
      for (ptrdiff_t q = low; q < high; q++) {
        const float *row = row_at(band, q) + from;
        for (ptrdiff_t j = 0; j < size; j++) part[j] += row[j];
      }
      for (ptrdiff_t j = 0; j < size; j++) marginal[from + j] += part[j];
    }
  }
}

/// `1 − (distance of the shares from an equal split) / (that of a uniform row)`, at least 0.
INLINE double hierarchical(const double *mass, const double *share, int bands) {
  double apart = 0, apartUniform = 0;
  for (int b = 0; b < bands; b++) {
    apart += fabs(mass[b] - 1.0 / bands);
    apartUniform += fabs(share[b] - 1.0 / bands);
  }
  return apart > apartUniform || apartUniform == 0 ? 0 : 1 - apart / apartUniform;
}

/// Adds A[q,k] at k − q for some rows; where all of them have a key at that offset, together.
INLINE void add_offsets(const struct tk_attention_band *band, ptrdiff_t low, ptrdiff_t high, double *centre) {
  const struct span cut = columns(band);
  const ptrdiff_t first = cut.first - low, end = cut.end - (high - 1);
  for (ptrdiff_t q = low; q < high; q++) {
    const float *row = row_at(band, q) + q;
    const ptrdiff_t left = first < cut.end - q ? first : cut.end - q;
    for (ptrdiff_t o = cut.first - q; o < left; o++) centre[o] += row[o];
    for (ptrdiff_t o = end > left ? end : left; o < cut.end - q; o++) centre[o] += row[o];
  }
  for (ptrdiff_t from = first; from < end; from += BLOCK) {
    const ptrdiff_t size = from + BLOCK < end ? BLOCK : end - from;
    float part[BLOCK] = {0};
    for (ptrdiff_t q = low; q < high; q++) {
      const float *row = row_at(band, q) + q + from;
      for (ptrdiff_t j = 0; j < size; j++) part[j] += row[j];
    }
    for (ptrdiff_t j = 0; j < size; j++) centre[from + j] += part[j];
  }
}

TK_CLONES void tk_attention_distances(const struct tk_attention_band *band, double *sums, double *offsets) {
#pragma clang fp reassociate(on) contract(fast)
  const ptrdiff_t T = (ptrdiff_t)band->length;
  const ptrdiff_t start = first_row(band), stop = (ptrdiff_t)(band->first_query + band->queries);
  const struct span cut = columns(band);
  // Long range is |q − k| > max(8, T/4).
  const ptrdiff_t far = (T > 32 ? T / 4 : 8) + 1;
  for (ptrdiff_t q = start; q < stop; q++) {
    const float *row = row_at(band, q);
    const struct span seen = visible(band, q);
    const ptrdiff_t first = clamped(seen.first, cut.first, cut.end), end = clamped(seen.end, cut.first, cut.end);
    double distance = 0;
    for (ptrdiff_t from = first; from < end; from += BLOCK) {
      const ptrdiff_t to = from + BLOCK < end ? from + BLOCK : end;
      float part = 0;
      for (ptrdiff_t k = from; k < to; k++) {
        const int32_t gap = (int32_t)(q - k);
        part += row[k] * (float)(gap < 0 ? -gap : gap);
      }
      distance += part;
    }
    const double before = (double)(q - seen.first), after = (double)(seen.end - 1 - q);
    const double count = (double)visible_count(band, seen);

    // Dyadic bands of distance: 0, 1, 2–3, 4–7, …
    double mass[40], share[40];
    int bands = 0;
    for (ptrdiff_t near = 0, width = 1; near < T; near += width, width = near) {
      const ptrdiff_t leftFirst = clamped(q - near - width + 1, seen.first, seen.end);
      const ptrdiff_t leftEnd = clamped(q - near + 1, seen.first, seen.end);
      const ptrdiff_t rightFirst = near == 0 ? seen.end : clamped(q + near, seen.first, seen.end);
      const ptrdiff_t rightEnd = near == 0 ? seen.end : clamped(q + near + width, seen.first, seen.end);
      const ptrdiff_t left = band->every ? strided_before(band, q + 1 - leftFirst) - strided_before(band, q + 1 - leftEnd)
                                         : leftEnd - leftFirst;
      const ptrdiff_t keys = left + (rightEnd - rightFirst);
      if (leftEnd - leftFirst + (rightEnd - rightFirst) == 0) break;
      mass[bands] = range_sum(row, clamped(leftFirst, first, end), clamped(leftEnd, first, end)) +
                    range_sum(row, clamped(rightFirst, first, end), clamped(rightEnd, first, end));
      share[bands] = (double)keys / count;
      bands++;
    }

    sums[TK_ATTENTION_DISTANCE] += distance;
    sums[TK_ATTENTION_UNIFORM_DISTANCE] +=
        (band->every ? strided_distances(band, q - seen.first) : (before * (before + 1) + after * (after + 1)) / 2) / count;
    sums[TK_ATTENTION_LOCAL] += range_sum(row, clamped(q - 4, first, end), clamped(q + 5, first, end));
    sums[TK_ATTENTION_LONG_RANGE] += range_sum(row, first, clamped(q - far + 1, first, end)) +
                                     range_sum(row, clamped(q + far, first, end), end);
    sums[TK_ATTENTION_SELF] += range_sum(row, clamped(q, first, end), clamped(q + 1, first, end));
    sums[TK_ATTENTION_PREVIOUS] += range_sum(row, clamped(q - 1, first, end), clamped(q, first, end));
    sums[TK_ATTENTION_NEXT] += range_sum(row, clamped(q + 1, first, end), clamped(q + 2, first, end));
    sums[TK_ATTENTION_DIAGONAL] += range_sum(row, clamped(q - 1, first, end), clamped(q + 2, first, end));
    sums[TK_ATTENTION_HIERARCHICAL] += hierarchical(mass, share, bands);
  }
  for (ptrdiff_t low = start; low < stop; low += 64)
    add_offsets(band, low, low + 64 < stop ? low + 64 : stop, offsets + T - 1);
}

void tk_attention_plane_distances(const struct tk_attention_band *band, const float *distances, float far,
                                  double *sums) {
  const struct span cut = columns(band);
  for (size_t i = 0; i < band->queries; i++) {
    const ptrdiff_t q = (ptrdiff_t)(band->first_query + i);
    const float *row = row_at(band, q), *apart = distances + (size_t)q * band->length;
    if (apart[q] < 0) continue;
    double mass[40] = {0}, share[40] = {0}, distance = 0, uniform = 0, local = 0, beyond = 0, near = 0, count = 0;
    int bands = 0;
    for (ptrdiff_t k = cut.first; k < cut.end; k++) {
      const float d = apart[k], a = row[k];
      if (d < 0) continue;
      int slot = 0;
      for (int32_t whole = (int32_t)d; whole > 0; whole >>= 1) slot++;
      mass[slot] += a;
      share[slot] += 1;
      bands = slot >= bands ? slot + 1 : bands;
      distance += (double)a * d;
      uniform += d;
      count += 1;
      if (d <= 4) local += a;
      if (d > far) beyond += a;
      if (d <= 1) near += a;
    }
    double placed = 0;
    for (int b = 0; b < bands; b++) placed += mass[b];
    // All mass on keys without a place: nothing to scale; a NaN stays one.
    const double scale = placed == 0 ? 0 : 1 / placed;
    for (int b = 0; b < bands; b++) {
      mass[b] *= scale;
      share[b] /= count;
    }
    sums[TK_ATTENTION_DISTANCE] += distance * scale;
    sums[TK_ATTENTION_UNIFORM_DISTANCE] += uniform / count;
    sums[TK_ATTENTION_LOCAL] += local * scale;
    sums[TK_ATTENTION_LONG_RANGE] += beyond * scale;
    sums[TK_ATTENTION_SELF] += row[q];
    sums[TK_ATTENTION_DIAGONAL] += near * scale;
    sums[TK_ATTENTION_HIERARCHICAL] += hierarchical(mass, share, bands);
  }
}

TK_CLONES void tk_attention_pool(const struct tk_attention_band *band, size_t size, size_t blocks, double *sum,
                                 float *maximum) {
#pragma clang fp reassociate(on)
  const struct span cut = columns(band);
  for (size_t i = 0; i < band->queries; i++) {
    const ptrdiff_t q = (ptrdiff_t)(band->first_query + i);
    const float *row = row_at(band, q);
    const size_t line = (size_t)q / size * blocks;
    for (ptrdiff_t from = cut.first; from < cut.end;) {
      const size_t block = (size_t)from / size;
      const ptrdiff_t next = (ptrdiff_t)((block + 1) * size), to = next < cut.end ? next : cut.end;
      int32_t largest = tk_bits_of(maximum[line + block]);
      for (ptrdiff_t k = from; k < to; k++) {
        const int32_t bits = tk_bits_of(row[k]) & 0x7fffffff;
        largest = bits > largest ? bits : largest;
      }
      maximum[line + block] = tk_float_of(largest);
      sum[line + block] += range_sum(row, from, to);
      from = to;
    }
  }
}
