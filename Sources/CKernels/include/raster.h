// Pixels of pages: strokes as coverage, colours laid over pixels, and the forms that image files want.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Pixels that a row of a stroke's mask must have to spare at its end.
#define TK_MASK_SLACK 16

/// Levels of coverage at the edges of strokes and discs: more cannot be told apart, and make files a third larger.
#define TK_COVERAGES 32

/// A mask of coverages, 0…255, `[bottom, stride]`, of which the rectangle left…right × top…bottom may be drawn on; a row
/// has `TK_MASK_SLACK` bytes beyond `right`. `first` and `last` hold, for each row, the range of columns in which
/// something may stand: empty where `first >= last`.
typedef struct {
  uint8_t *coverage;
  size_t stride;
  int32_t left, top, right, bottom;
  int32_t *first, *last;
} tk_mask;

/// How a stroke ends.
enum { TK_CAP_BUTT, TK_CAP_ROUND, TK_CAP_SQUARE };

/// Adds a stroke of `width` along `count` points (x, y in pixels; joined, the last with the first too where `is_closed`)
/// with round joins. A pixel's coverage is that of a straight edge at the distance of its centre; where pieces of the
/// stroke overlap, the larger counts. Same bits on every processor.
void tk_stroke(tk_mask *mask, const double *points, size_t count, double width, int cap, int is_closed);

/// Lays the colour (straight, alpha in the highest byte, then red, green, blue) over premultiplied pixels of the same
/// form, `coverage` of 255 of it: `height` rows of `width` pixels, the rows so many pixels and coverages apart.
void tk_over(
    uint32_t *pixels, size_t stride, const uint8_t *coverage, size_t coverage_stride, size_t width, size_t height,
    uint32_t color);

/// Lays the colour where the mask stands, and wipes the mask. `pixels` is that of the mask's column and row 0.
void tk_over_mask(uint32_t *pixels, size_t stride, tk_mask *mask, uint32_t color);

/// Lays cells over a rectangle of pixels, both premultiplied: the pixel (x, y) gets `cells[rows[y]·stride + columns[x]]`.
void tk_over_cells(
    uint32_t *pixels, size_t stride, size_t width, size_t height, const uint32_t *cells, size_t cell_stride,
    const int32_t *columns, const int32_t *rows);

/// Premultiplied pixels, alpha in the highest byte, red, green, blue, as straight ones.
void tk_straighten(uint32_t *pixels, size_t count);

int tk_is_opaque(const uint32_t *pixels, size_t count);

/// Pixels as the unfiltered rows of a PNG: red, green, blue; and alpha where there are four channels.
void tk_rgb_rows(uint8_t *out, const uint32_t *pixels, size_t width, size_t height, size_t channels);

/// The colours of an image and each pixel's index among them, in order of appearance; 0 where there are more than 256.
size_t tk_index_colors(uint8_t *indices, uint32_t *colors, const uint32_t *pixels, size_t count);

/// `places[index]` of each pixel as the unfiltered rows of a PNG, of 1, 2, 4 or 8 bits.
void tk_index_rows(
    uint8_t *out, const uint8_t *indices, const uint8_t *places, size_t width, size_t height, int bits);

/// Makes unfiltered rows of `stride` bytes the differences from the row above (PNG's filter Up).
void tk_filter_up(uint8_t *rows, size_t stride, size_t height);
