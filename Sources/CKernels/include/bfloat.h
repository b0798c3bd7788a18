// Products with matrices of bfloat16 weights: operands are rounded to bf16, sums are float32.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  /// Columns of a panel.
  TK_PANEL_COLUMNS = 32,
  /// Most rows that are multiplied with a panel at once.
  TK_PANEL_ROWS = 14,
  /// Length of the stretches in which rows are packed.
  TK_PANEL_DEPTH = 256
};

/// float32 to bfloat16, to nearest even; a NaN stays one.
void tk_bfloats_from_floats(uint16_t *out, const float *in, size_t count);

/// Where column n stands in a line of a panel: n and n + 16 share a word, its lower and its upper half.
static inline size_t tk_panel_place(size_t n) { return n < 16 ? 2 * n : 2 * (n - 16) + 1; }

/// Packs up to TK_PANEL_COLUMNS columns of a matrix whose element (k, n) lies at `in[k·row + n·column]` as
/// `panel[depth][TK_PANEL_COLUMNS]`, with zeros in place of columns that are not there.
void tk_pack_panel(uint16_t *panel, const float *in, size_t row, size_t column, size_t depth, size_t columns);

/// Rounds `rows` rows of x, `stride` apart, to bf16 and packs them in stretches,
/// `out[⌈depth / TK_PANEL_DEPTH⌉][rows][TK_PANEL_DEPTH]`.
void tk_pack_rows(float *out, const float *x, size_t stride, size_t rows, size_t depth);

/// `y[m, n] = Σ_k x[m, k]·w[k, n]` for packed rows (at most TK_PANEL_ROWS) and one panel of `columns` columns; each sum
/// runs over k in order, whatever the number of rows. Needs AVX-512.
void tk_multiply_panel(float *y, size_t stride, const float *packed_rows, const uint16_t *panel, size_t rows,
                       size_t depth, size_t columns);
