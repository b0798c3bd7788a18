// Blocks of quantised numbers, as GGUF files store them, to float32. The source may lie at any address; every product
// and sum is exact in float32 but for the last, so results do not depend on the order or the processor.
#pragma once
#include <stddef.h>

// Blocks of 32: x = d · q, or d · q + m, with d and m in half precision.
/// d, 16 bytes of two 4-bit q + 8: the low halves first.
void tk_floats_from_q4_0(float *out, const void *in, size_t blocks);
/// d, m, 16 bytes of two 4-bit q.
void tk_floats_from_q4_1(float *out, const void *in, size_t blocks);
/// d, 32 fifth bits, 16 bytes of the lower four bits of q + 16.
void tk_floats_from_q5_0(float *out, const void *in, size_t blocks);
/// d, m, 32 fifth bits, 16 bytes of the lower four bits of q.
void tk_floats_from_q5_1(float *out, const void *in, size_t blocks);
/// d, 32 signed bytes q.
void tk_floats_from_q8_0(float *out, const void *in, size_t blocks);

// Blocks of 256.
/// x = d · s · q - e · m: d, e, eight pairs s and m of 6 bits in 12 bytes, 128 bytes of two 4-bit q.
void tk_floats_from_q4_K(float *out, const void *in, size_t blocks);
/// The same with 256 fifth bits before the bytes.
void tk_floats_from_q5_K(float *out, const void *in, size_t blocks);
/// x = d · s · (q - 32): 128 bytes of the lower four bits of q, 64 of the upper two, 16 signed bytes s, d.
void tk_floats_from_q6_K(float *out, const void *in, size_t blocks);
