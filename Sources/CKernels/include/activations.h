// Activation functions over arrays, each forward beside its backward.
#pragma once
#include <stddef.h>

enum tk_activation { TK_GELU, TK_GELU_TANH, TK_RELU, TK_SILU, TK_TANH, TK_ELU_PLUS_ONE, TK_LOGARITHM };

/// y = f(x).
void tk_activate(enum tk_activation kind, float *y, const float *x, size_t count);

/// dx = dy · f′(x).
void tk_activate_backward(enum tk_activation kind, float *dx, const float *dy, const float *x, size_t count);

/// The same beside the slope f′(x), where it comes cheap; returns 0 and does nothing for the other functions.
int tk_activate_with_slope(enum tk_activation kind, float *y, float *slopes, const float *x, size_t count);
