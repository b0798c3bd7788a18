#include <string.h>

#include "kernels.h"

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

// A half's exponent and fraction, moved to a float's place, are right after adding the difference of the two biases
// (112); infinities and NaN need it twice, and subnormals are normalised by subtracting 2⁻¹⁴ as a float.
TK_CLONES void tk_floats_from_halves(float *out, const void *in, size_t count) {
  const char *bytes = in;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, bytes + 2 * i, 2);
    uint32_t moved = (uint32_t)(half & 0x7fff) << 13;
    uint32_t exponent = moved & 0x0f800000;
    uint32_t normal = moved + (112u << 23);
    uint32_t special = moved + (224u << 23);
    uint32_t subnormal = bits_of(float_of(moved + (113u << 23)) - float_of(113u << 23));
    uint32_t bits = exponent == 0x0f800000 ? special : exponent == 0 ? subnormal : normal;
    out[i] = float_of(bits | (uint32_t)(half & 0x8000) << 16);
  }
}

TK_CLONES void tk_floats_from_bfloats(float *out, const void *in, size_t count) {
  const char *bytes = in;
  for (size_t i = 0; i < count; i++) {
    uint16_t upper;
    memcpy(&upper, bytes + 2 * i, 2);
    out[i] = float_of((uint32_t)upper << 16);
  }
}

TK_CLONES void tk_floats_from_doubles(float *out, const void *in, size_t count) {
  const char *bytes = in;
  for (size_t i = 0; i < count; i++) {
    double value;
    memcpy(&value, bytes + 8 * i, 8);
    out[i] = (float)value;
  }
}
