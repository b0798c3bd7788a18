#include <string.h>

#include "kernels.h"

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/// A half at any address; see conversions.c.
static inline float half_at(const uint8_t *bytes) {
  uint32_t half = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
  uint32_t moved = (half & 0x7fff) << 13;
  uint32_t exponent = moved & 0x0f800000;
  uint32_t sign = (half & 0x8000) << 16;
  if (exponent == 0x0f800000) return float_of((moved + (224u << 23)) | sign);
  if (exponent != 0) return float_of((moved + (112u << 23)) | sign);
  float small = float_of(moved + (113u << 23)) - float_of(113u << 23);
  return sign ? -small : small;
}

static inline uint32_t word_at(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

TK_CLONES void tk_floats_from_q4_0(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 18, out += 32) {
    float d = half_at(block);
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)((block[2 + i] & 15) - 8);
      out[i + 16] = d * (float)((block[2 + i] >> 4) - 8);
    }
  }
}

TK_CLONES void tk_floats_from_q4_1(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 20, out += 32) {
    float d = half_at(block), m = half_at(block + 2);
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)(block[4 + i] & 15) + m;
      out[i + 16] = d * (float)(block[4 + i] >> 4) + m;
    }
  }
}

TK_CLONES void tk_floats_from_q5_0(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 22, out += 32) {
    float d = half_at(block);
    uint32_t high = word_at(block + 2);
    for (int i = 0; i < 16; i++) {
      int low = (block[6 + i] & 15) | (int)(high >> i & 1) << 4;
      int up = block[6 + i] >> 4 | (int)(high >> (i + 16) & 1) << 4;
      out[i] = d * (float)(low - 16);
      out[i + 16] = d * (float)(up - 16);
    }
  }
}

TK_CLONES void tk_floats_from_q5_1(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 24, out += 32) {
    float d = half_at(block), m = half_at(block + 2);
    uint32_t high = word_at(block + 4);
    for (int i = 0; i < 16; i++) {
      int low = (block[8 + i] & 15) | (int)(high >> i & 1) << 4;
      int up = block[8 + i] >> 4 | (int)(high >> (i + 16) & 1) << 4;
      out[i] = d * (float)low + m;
      out[i + 16] = d * (float)up + m;
    }
  }
}

TK_CLONES void tk_floats_from_q8_0(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 34, out += 32) {
    float d = half_at(block);
    for (int i = 0; i < 32; i++) out[i] = d * (float)(int8_t)block[2 + i];
  }
}

// Pairs 0…3 have their six bits in bytes p (scale) and p + 4 (minimum); of pairs 4…7 the lower four are the halves of
// byte p + 4, the upper two the top bits of bytes p - 4 and p.
static inline void scale_and_minimum(const uint8_t *packed, int p, float *scale, float *minimum) {
  int s, m;
  if (p < 4) {
    s = packed[p] & 63;
    m = packed[p + 4] & 63;
  } else {
    s = (packed[p + 4] & 15) | (packed[p - 4] >> 6) << 4;
    m = packed[p + 4] >> 4 | (packed[p] >> 6) << 4;
  }
  *scale = (float)s;
  *minimum = (float)m;
}

TK_CLONES void tk_floats_from_q4_K(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 144) {
    float d = half_at(block), e = half_at(block + 2);
    const uint8_t *q = block + 16;
    for (int pair = 0; pair < 8; pair += 2, q += 32, out += 64) {
      float s0, m0, s1, m1;
      scale_and_minimum(block + 4, pair, &s0, &m0);
      scale_and_minimum(block + 4, pair + 1, &s1, &m1);
      s0 *= d, m0 *= e, s1 *= d, m1 *= e;
      for (int i = 0; i < 32; i++) {
        out[i] = s0 * (float)(q[i] & 15) - m0;
        out[i + 32] = s1 * (float)(q[i] >> 4) - m1;
      }
    }
  }
}

TK_CLONES void tk_floats_from_q5_K(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 176) {
    float d = half_at(block), e = half_at(block + 2);
    const uint8_t *high = block + 16, *q = block + 48;
    for (int pair = 0; pair < 8; pair += 2, q += 32, out += 64) {
      float s0, m0, s1, m1;
      scale_and_minimum(block + 4, pair, &s0, &m0);
      scale_and_minimum(block + 4, pair + 1, &s1, &m1);
      s0 *= d, m0 *= e, s1 *= d, m1 *= e;
      for (int i = 0; i < 32; i++) {
        out[i] = s0 * (float)((q[i] & 15) | (high[i] >> pair & 1) << 4) - m0;
        out[i + 32] = s1 * (float)(q[i] >> 4 | (high[i] >> (pair + 1) & 1) << 4) - m1;
      }
    }
  }
}

TK_CLONES void tk_floats_from_q6_K(float *out, const void *in, size_t blocks) {
  const uint8_t *block = in;
  for (size_t b = 0; b < blocks; b++, block += 210) {
    const uint8_t *low = block, *high = block + 128;
    const int8_t *scales = (const int8_t *)(block + 192);
    float d = half_at(block + 208);
    for (int half = 0; half < 2; half++, low += 64, high += 32, scales += 8, out += 128) {
      for (int part = 0; part < 2; part++) {
        float s0 = d * (float)scales[part], s1 = d * (float)scales[part + 2];
        float s2 = d * (float)scales[part + 4], s3 = d * (float)scales[part + 6];
        for (int i = 16 * part; i < 16 * part + 16; i++) {
          out[i] = s0 * (float)(((low[i] & 15) | (high[i] & 3) << 4) - 32);
          out[i + 32] = s1 * (float)(((low[i + 32] & 15) | (high[i] >> 2 & 3) << 4) - 32);
          out[i + 64] = s2 * (float)((low[i] >> 4 | (high[i] >> 4 & 3) << 4) - 32);
          out[i + 96] = s3 * (float)((low[i + 32] >> 4 | high[i] >> 6 << 4) - 32);
        }
      }
    }
  }
}
