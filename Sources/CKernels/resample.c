#include "kernels.h"

static inline uint8_t sample_of(int32_t sum) {
  int32_t value = sum >> TK_WEIGHT_BITS;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

enum { HALF = 1 << (TK_WEIGHT_BITS - 1), BLOCK = 512 };

void tk_resample_rows(
    uint8_t *out, const uint8_t *in, size_t rows, size_t in_width, size_t out_width, size_t channels,
    const int32_t *starts, const int32_t *counts, const int32_t *weights, size_t taps) {
  for (size_t row = 0; row < rows; row++, in += in_width * channels) {
    for (size_t x = 0; x < out_width; x++, out += channels) {
      const uint8_t *source = in + (size_t)starts[x] * channels;
      const int32_t *weight = weights + x * taps;
      if (channels == 3) {
        int32_t red = HALF, green = HALF, blue = HALF;
        for (int32_t tap = 0; tap < counts[x]; tap++) {
          red += source[3 * tap] * weight[tap];
          green += source[3 * tap + 1] * weight[tap];
          blue += source[3 * tap + 2] * weight[tap];
        }
        out[0] = sample_of(red);
        out[1] = sample_of(green);
        out[2] = sample_of(blue);
      } else {
        for (size_t channel = 0; channel < channels; channel++) {
          int32_t sum = HALF;
          for (int32_t tap = 0; tap < counts[x]; tap++) sum += source[tap * channels + channel] * weight[tap];
          out[channel] = sample_of(sum);
        }
      }
    }
  }
}

TK_CLONES void tk_resample_columns(
    uint8_t *out, const uint8_t *in, size_t stride, size_t out_height, const int32_t *starts, const int32_t *counts,
    const int32_t *weights, size_t taps) {
  int32_t sums[BLOCK];
  for (size_t y = 0; y < out_height; y++) {
    for (size_t first = 0; first < stride; first += BLOCK) {
      size_t count = stride - first < BLOCK ? stride - first : BLOCK;
      for (size_t i = 0; i < count; i++) sums[i] = HALF;
      for (int32_t tap = 0; tap < counts[y]; tap++) {
        const uint8_t *source = in + ((size_t)starts[y] + tap) * stride + first;
        int32_t weight = weights[y * taps + tap];
        for (size_t i = 0; i < count; i++) sums[i] += source[i] * weight;
      }
      for (size_t i = 0; i < count; i++) out[y * stride + first + i] = sample_of(sums[i]);
    }
  }
}
