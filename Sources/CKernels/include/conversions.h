// Stored number formats to float32. The source may lie at any address.
#pragma once
#include <stddef.h>

/// IEEE half precision; NaN keeps its payload.
void tk_floats_from_halves(float *out, const void *in, size_t count);

/// bfloat16: the upper half of a float.
void tk_floats_from_bfloats(float *out, const void *in, size_t count);

/// float64, rounded to nearest even.
void tk_floats_from_doubles(float *out, const void *in, size_t count);
