// Images resized by weighted sums of neighbours. Samples are 8 bits, the channels of a pixel side by side; sums are
// rounded to 8 bits after each of the two passes.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Bits behind the point of a weight: a sum of 8-bit samples and its overshoot then fit 32 bits.
#define TK_WEIGHT_BITS 22

/// `in` is `[rows, in_width, channels]`, `out` `[rows, out_width, channels]`. The pixel x of a row of `out` is the sum
/// of those from `starts[x]` on by the `counts[x]` weights at `weights[x * taps]`.
void tk_resample_rows(
    uint8_t *out, const uint8_t *in, size_t rows, size_t in_width, size_t out_width, size_t channels,
    const int32_t *starts, const int32_t *counts, const int32_t *weights, size_t taps);

/// The same over columns: `in` is `[in_height, stride]`, `out` `[out_height, stride]`.
void tk_resample_columns(
    uint8_t *out, const uint8_t *in, size_t stride, size_t out_height, const int32_t *starts, const int32_t *counts,
    const int32_t *weights, size_t taps);
