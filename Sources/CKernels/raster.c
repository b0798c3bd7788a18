#include <math.h>
#include <string.h>

#include "kernels.h"

#pragma clang fp contract(off)

static inline __attribute__((always_inline)) uint8_t level_of(float covered) {
  return (uint8_t)((int)(covered * (TK_COVERAGES - 1) + 0.5f) * 255 / (TK_COVERAGES - 1));
}

/// What a straight edge covers of a pixel, less a half, by the distance of the pixel's centre inside it: the integral of
/// a box seen along the edge's normal, whose parts along the axes are `p` ≥ `q`.
static inline __attribute__((always_inline)) float edge(float inside, float p, float q) {
  const float far = fabsf(inside), corner = fmaxf((p + q) / 2 - far, 0);
  const float part = far <= (p - q) / 2 ? far / p : 0.5f - corner * corner / (2 * p * q);
  return inside < 0 ? -part : part;
}

/// Adds a piece from (ax, ay) to (bx, by), round at both ends but where an end is `flat`.
static inline __attribute__((always_inline)) void piece(
    tk_mask *mask, float ax, float ay, float bx, float by, float half, int flat_start, int flat_end) {
  const float dx = bx - ax, dy = by - ay, length = sqrtf(dx * dx + dy * dy);
  const float ux = length > 0 ? dx / length : 1, uy = length > 0 ? dy / length : 0;
  const float p = fmaxf(fabsf(ux), fabsf(uy)), q = fmaxf(fminf(fabsf(ux), fabsf(uy)), 1e-3f);
  const float reach = half + (p + q) / 2;
  const float low_x = fminf(ax, bx) - reach, high_x = fmaxf(ax, bx) + reach;
  const float low_y = fminf(ay, by) - reach, high_y = fmaxf(ay, by) + reach;
  if (!(high_x > mask->left && low_x < mask->right && high_y > mask->top && low_y < mask->bottom)) return;
  const int top = low_y > mask->top ? (int)low_y : mask->top;
  const int bottom = high_y < mask->bottom ? (int)high_y + 1 : mask->bottom;
  // Half the width of the piece's cut by a row.
  const float slope = fabsf(uy) > 1e-3f ? ux / uy : 0, cut = fabsf(uy) > 1e-3f ? reach / fabsf(uy) : INFINITY;
  const float start_gate = flat_start ? 0.5f : INFINITY, end_gate = flat_end ? length + 0.5f : INFINITY;
  for (int y = top; y < bottom; y++) {
    const float py = (float)y + 0.5f - ay, middle = ax + py * slope;
    const float low = fmaxf(low_x, middle - cut), high = fminf(high_x, middle + cut);
    int left = low > mask->left ? (int)low : mask->left;
    const int right = high < mask->right ? (int)high + 1 : mask->right;
    if (left >= right) continue;
    uint8_t *row = mask->coverage + (size_t)y * mask->stride;
    if (left < mask->first[y]) mask->first[y] = left;
    if (right > mask->last[y]) mask->last[y] = right;
    for (; left < right; left += TK_MASK_SLACK) {
      for (int k = 0; k < TK_MASK_SLACK; k++) {
        const float px = (float)(left + k) + 0.5f - ax;
        const float along = px * ux + py * uy, across = px * uy - py * ux;
        float beyond = fmaxf(flat_start ? 0 : -along, flat_end ? 0 : along - length);
        beyond = beyond > 0 ? beyond : 0;
        const float distance = sqrtf(across * across + beyond * beyond);
        float covered = edge(distance + half, p, q) - edge(distance - half, p, q);
        covered = fminf(covered, fminf(along + start_gate, end_gate - along));
        covered = covered > 0 ? covered : 0;
        const uint8_t level = level_of(covered);
        row[left + k] = row[left + k] > level ? row[left + k] : level;
      }
    }
  }
}

TK_CLONES void tk_stroke(tk_mask *mask, const double *points, size_t count, double width, int cap, int is_closed) {
  const float half = (float)(width / 2);
  if (count == 0) return;
  const size_t pieces = is_closed ? count : count - 1;
  const int is_flat = !is_closed && cap != TK_CAP_ROUND;
  if (count == 1 && cap == TK_CAP_BUTT) return;
  if (count == 1) {
    piece(mask, (float)points[0], (float)points[1], (float)points[0], (float)points[1], half, 0, 0);
    return;
  }
  for (size_t i = 0; i < pieces; i++) {
    const double *a = points + 2 * i, *b = points + 2 * ((i + 1) % count);
    double ax = a[0], ay = a[1], bx = b[0], by = b[1];
    const int starts = is_flat && i == 0, ends = is_flat && i + 1 == pieces;
    if (cap == TK_CAP_SQUARE && (starts || ends)) {
      const double length = hypot(bx - ax, by - ay);
      const double x = length > 0 ? (bx - ax) / length * width / 2 : 0, y = length > 0 ? (by - ay) / length * width / 2 : 0;
      if (starts) ax -= x, ay -= y;
      if (ends) bx += x, by += y;
    }
    piece(mask, (float)ax, (float)ay, (float)bx, (float)by, half, starts, ends);
  }
}

/// `a · b / 255`, rounded.
static inline uint32_t product(uint32_t a, uint32_t b) {
  const uint32_t sum = a * b + 128;
  return (sum + (sum >> 8)) >> 8;
}

static inline uint32_t lesser(uint32_t a, uint32_t b) { return a < b ? a : b; }

static inline __attribute__((always_inline)) void over(
    uint32_t *pixels, const uint8_t *coverage, size_t count, uint32_t color) {
  const uint32_t alpha = color >> 24, red = color >> 16 & 255, green = color >> 8 & 255, blue = color & 255;
  for (size_t i = 0; i < count; i++) {
    const uint32_t share = product(coverage[i], alpha), rest = 255 - share, pixel = pixels[i];
    const uint32_t above = share + product(pixel >> 24, rest);
    // Two roundings may together exceed the alpha by one.
    const uint32_t r = lesser(above, product(red, share) + product(pixel >> 16 & 255, rest));
    const uint32_t g = lesser(above, product(green, share) + product(pixel >> 8 & 255, rest));
    const uint32_t b = lesser(above, product(blue, share) + product(pixel & 255, rest));
    pixels[i] = above << 24 | r << 16 | g << 8 | b;
  }
}

TK_CLONES void tk_over(
    uint32_t *pixels, size_t stride, const uint8_t *coverage, size_t coverage_stride, size_t width, size_t height,
    uint32_t color) {
  for (size_t y = 0; y < height; y++, pixels += stride, coverage += coverage_stride)
    over(pixels, coverage, width, color);
}

TK_CLONES void tk_over_mask(uint32_t *pixels, size_t stride, tk_mask *mask, uint32_t color) {
  enum { BLOCK = 16 };
  for (int32_t y = mask->top; y < mask->bottom; y++) {
    uint8_t *row = mask->coverage + (size_t)y * mask->stride;
    int32_t left = mask->first[y];
    const int32_t right = mask->last[y];
    if (left >= right) continue;
    for (; left < right; left += BLOCK) {
      uint64_t some[2];
      memcpy(some, row + left, sizeof some);
      if (!(some[0] | some[1])) continue;
      const int32_t count = right - left < BLOCK ? right - left : BLOCK;
      over(pixels + (size_t)y * stride + left, row + left, (size_t)count, color);
      memset(row + left, 0, BLOCK);
    }
    // A piece is drawn in whole blocks, the last of which may reach beyond.
    memset(row + right, 0, TK_MASK_SLACK);
    mask->first[y] = INT32_MAX;
    mask->last[y] = 0;
  }
}

TK_CLONES void tk_over_cells(
    uint32_t *pixels, size_t stride, size_t width, size_t height, const uint32_t *cells, size_t cell_stride,
    const int32_t *columns, const int32_t *rows) {
  int is_copy = 0;
  for (size_t y = 0; y < height; y++, pixels += stride) {
    if (is_copy && rows[y] == rows[y - 1]) {
      memcpy(pixels, pixels - stride, width * sizeof *pixels);
      continue;
    }
    const uint32_t *row = cells + (size_t)rows[y] * cell_stride;
    uint32_t bits = UINT32_MAX;
    for (size_t x = 0; x < width; x++) bits &= row[columns[x]];
    is_copy = bits >> 24 == 255;
    if (is_copy) {
      for (size_t x = 0; x < width; x++) pixels[x] = row[columns[x]];
      continue;
    }
    for (size_t x = 0; x < width; x++) {
      const uint32_t above = row[columns[x]], below = pixels[x], rest = 255 - (above >> 24);
      pixels[x] = above + (product(below >> 24, rest) << 24 | product(below >> 16 & 255, rest) << 16 |
                           product(below >> 8 & 255, rest) << 8 | product(below & 255, rest));
    }
  }
}

TK_CLONES static uint32_t all_bits(const uint32_t *pixels, size_t count) {
  uint32_t bits = UINT32_MAX;
  for (size_t i = 0; i < count; i++) bits &= pixels[i];
  return bits;
}

int tk_is_opaque(const uint32_t *pixels, size_t count) { return all_bits(pixels, count) >> 24 == 255; }

void tk_straighten(uint32_t *pixels, size_t count) {
  if (tk_is_opaque(pixels, count)) return;
  for (size_t i = 0; i < count; i++) {
    const uint32_t pixel = pixels[i], alpha = pixel >> 24;
    if (alpha == 255) continue;
    if (alpha == 0) {
      pixels[i] = 0;
      continue;
    }
    uint32_t straight = alpha << 24;
    for (int shift = 0; shift < 24; shift += 8)
      straight |= lesser(255, ((pixel >> shift & 255) * 255 + alpha / 2) / alpha) << shift;
    pixels[i] = straight;
  }
}

TK_CLONES void tk_rgb_rows(
    uint8_t *out, const uint32_t *pixels, size_t width, size_t height, size_t channels) {
  for (size_t y = 0; y < height; y++, pixels += width) {
    *out++ = 0;
    if (channels == 3) {
      for (size_t x = 0; x < width; x++) {
        out[3 * x] = (uint8_t)(pixels[x] >> 16);
        out[3 * x + 1] = (uint8_t)(pixels[x] >> 8);
        out[3 * x + 2] = (uint8_t)pixels[x];
      }
    } else {
      for (size_t x = 0; x < width; x++) {
        out[4 * x] = (uint8_t)(pixels[x] >> 16);
        out[4 * x + 1] = (uint8_t)(pixels[x] >> 8);
        out[4 * x + 2] = (uint8_t)pixels[x];
        out[4 * x + 3] = (uint8_t)(pixels[x] >> 24);
      }
    }
    out += width * channels;
  }
}

size_t tk_index_colors(uint8_t *indices, uint32_t *colors, const uint32_t *pixels, size_t count) {
  // Open addressing: 1,024 slots for at most 256 colours.
  enum { SLOTS = 1024 };
  int16_t slots[SLOTS];
  memset(slots, -1, sizeof slots);
  size_t found = 0;
  uint32_t last = count ? ~pixels[0] : 0;
  uint8_t index = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t pixel = pixels[i];
    if (pixel != last) {
      size_t slot = pixel * 0x9E3779B1u >> 22;
      while (slots[slot] >= 0 && colors[slots[slot]] != pixel) slot = (slot + 1) % SLOTS;
      if (slots[slot] < 0) {
        if (found == 256) return 0;
        slots[slot] = (int16_t)found;
        colors[found++] = pixel;
      }
      index = (uint8_t)slots[slot];
      last = pixel;
    }
    indices[i] = index;
  }
  return found;
}

void tk_index_rows(
    uint8_t *out, const uint8_t *indices, const uint8_t *places, size_t width, size_t height, int bits) {
  const size_t share = 8 / (size_t)bits;
  for (size_t y = 0; y < height; y++, indices += width) {
    *out++ = 0;
    if (bits == 8) {
      for (size_t x = 0; x < width; x++) *out++ = places[indices[x]];
      continue;
    }
    for (size_t x = 0; x < width; x += share) {
      unsigned byte = 0;
      for (size_t i = 0; i < share; i++) byte = byte << bits | (x + i < width ? places[indices[x + i]] : 0);
      *out++ = (uint8_t)byte;
    }
  }
}

TK_CLONES void tk_filter_up(uint8_t *rows, size_t stride, size_t height) {
  for (size_t y = height; y-- > 1;) {
    uint8_t *row = rows + y * stride;
    const uint8_t *above = row - stride;
    for (size_t i = 1; i < stride; i++) row[i] = (uint8_t)(row[i] - above[i]);
    row[0] = 2;
  }
  if (height) rows[0] = 2;
}
