// exp, log, tanh and erf as branch-free polynomials that vectorise; to be inlined into the loops that need them.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

/// e^x to within 2 units of last place; 0 below −87, infinity above 88.7.
static inline __attribute__((always_inline)) float tk_exp(float x) {
  float bounded = x < -87.0f ? -87.0f : x > 88.7f ? 88.7f : x;
  // Adding 1.5·2²³ rounds to the nearest whole number.
  float shifted = bounded * 1.44269504f + 12582912.0f;
  float whole = shifted - 12582912.0f;
  // ln 2 in two parts, so that the remainder is exact; |r| ≤ ½ ln 2.
  float r = bounded - whole * 0.693359375f;
  r = r + whole * 2.12194440e-4f;
  // Taylor's series to r⁷/5040: the next term is below 6e-9.
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int32_t exponent = ((int32_t)whole + 127) << 23;
  float power;
  memcpy(&power, &exponent, 4);
  float result = p * power;
  result = x < -87.0f ? 0.0f : result;
  result = x > 88.7f ? INFINITY : result;
  return x != x ? x : result;
}

/// tanh x to within 1.2e-7.
static inline __attribute__((always_inline)) float tk_tanh(float x) {
  float magnitude = fabsf(x);
  float t = 1.0f - 2.0f / (tk_exp(2.0f * magnitude) + 1.0f);
  return copysignf(t, x);
}

/// The error function to within 1.4e-7.
///
/// 1 − exp(−P(|x|)) with P = −ln erfc as |x| times a polynomial of degree 8, fitted on 0 … 3.92 to a largest error of
/// 2.2e-9; beyond, erf is 1 in float32.
static inline __attribute__((always_inline)) float tk_erf(float x) {
  float z = fabsf(x);
  z = z > 3.92f ? 3.92f : z;
  float p = -8.04381184e-06f;
  p = p * z + 1.06026563e-04f;
  p = p * z - 5.87950403e-04f;
  p = p * z + 1.57675965e-03f;
  p = p * z - 5.87810638e-05f;
  p = p * z - 1.92171433e-02f;
  p = p * z + 1.02799211e-01f;
  p = p * z + 6.36616107e-01f;
  p = p * z + 1.12837933f;
  float result = copysignf(1.0f - tk_exp(-p * z), x);
  return x != x ? x : result;
}

static inline __attribute__((always_inline)) int32_t tk_bits_of(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}

static inline __attribute__((always_inline)) float tk_float_of(int32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

/// ln x for normal x > 0 within 2 units in the last place: x = 2^e·(1 + f) with 1 + f in [√½, √2), and the polynomial
/// of Cephes' logf for ln(1 + f).
static inline __attribute__((always_inline)) float tk_log(float x) {
  int32_t bits = tk_bits_of(x);
  int32_t exponent = (bits - 0x3f3504f3) >> 23;
  float e = (float)exponent;
  float f = tk_float_of(bits - exponent * (1 << 23)) - 1.0f;
  float z = f * f;
  float y = 7.0376836292e-2f;
  y = y * f - 1.1514610310e-1f;
  y = y * f + 1.1676998740e-1f;
  y = y * f - 1.2420140846e-1f;
  y = y * f + 1.4249322787e-1f;
  y = y * f - 1.6668057665e-1f;
  y = y * f + 2.0000714765e-1f;
  y = y * f - 2.4999993993e-1f;
  y = y * f + 3.3333331174e-1f;
  y = y * f * z;
  y += e * -2.12194440e-4f;
  y -= 0.5f * z;
  return f + y + e * 0.693359375f;
}
