#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PNG_MOST_CAPTIONS = 4 };

/// Bytes as they are written; `bytes` is freed by the caller.
typedef struct {
  unsigned char *bytes;
  size_t count, capacity;
} png_output;

/// A text chunk: tEXt where it is Latin-1, else iTXt in UTF-8.
typedef struct {
  const char *key, *value;
  int is_latin1;
} png_caption;

/// What is written beside the pixels.
typedef struct {
  unsigned width, height;
  /// PNG_COLOR_TYPE_PALETTE, _RGB or _RGB_ALPHA.
  int color_type, bit_depth;
  /// Alpha in the highest byte, then red, green, blue; those with alpha below 255 come first.
  const unsigned *palette;
  int palette_count, translucent_count;
  /// Pixels per metre, 0 for none.
  unsigned pixels_per_metre;
  /// None of them empty, at most PNG_MOST_CAPTIONS.
  const png_caption *captions;
  int caption_count;
  /// The filtered rows as a zlib stream.
  const unsigned char *data;
  size_t data_count;
} png_page;

static inline void png_output_append(png_structp png, png_bytep data, png_size_t length) {
  png_output *output = (png_output *)png_get_io_ptr(png);
  if (output->count + length > output->capacity) {
    size_t capacity = output->capacity ? output->capacity : 1 << 16;
    while (capacity < output->count + length) capacity *= 2;
    unsigned char *bytes = (unsigned char *)realloc(output->bytes, capacity);
    if (!bytes) png_error(png, "out of memory");
    output->bytes = bytes;
    output->capacity = capacity;
  }
  memcpy(output->bytes + output->count, data, length);
  output->count += length;
}

static inline void png_output_flush(png_structp png) { (void)png; }
static inline void png_keep_silent(png_structp png, png_const_charp message) { (void)png; (void)message; }
static inline void png_jump_back(png_structp png, png_const_charp message) {
  (void)message;
  png_longjmp(png, 1);
}

/// Writes the file; 1 on success. libpng reports errors by a jump, which must not cross Swift.
static inline int png_encode(const png_page *page, png_output *output) {
  if (!page->data_count || page->caption_count > PNG_MOST_CAPTIONS) return 0;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, png_jump_back, png_keep_silent);
  if (!png) return 0;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return 0;
  }
  png_set_write_fn(png, output, png_output_append, png_output_flush);
  png_set_IHDR(
      png, info, page->width, page->height, page->bit_depth, page->color_type, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (page->color_type == PNG_COLOR_TYPE_PALETTE) {
    png_color colors[256];
    png_byte alphas[256];
    for (int i = 0; i < page->palette_count; i++) {
      colors[i].red = page->palette[i] >> 16 & 255;
      colors[i].green = page->palette[i] >> 8 & 255;
      colors[i].blue = page->palette[i] & 255;
      alphas[i] = page->palette[i] >> 24;
    }
    png_set_PLTE(png, info, colors, page->palette_count);
    if (page->translucent_count) png_set_tRNS(png, info, alphas, page->translucent_count, NULL);
  }
  if (page->pixels_per_metre)
    png_set_pHYs(png, info, page->pixels_per_metre, page->pixels_per_metre, PNG_RESOLUTION_METER);
  png_text texts[PNG_MOST_CAPTIONS];
  memset(texts, 0, sizeof texts);
  for (int i = 0; i < page->caption_count; i++) {
    const png_caption *caption = page->captions + i;
    texts[i].compression = caption->is_latin1 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    texts[i].key = (png_charp)caption->key;
    texts[i].text = (png_charp)caption->value;
  }
  if (page->caption_count) png_set_text(png, info, texts, page->caption_count);
  png_write_info(png, info);
  png_write_chunk(png, (png_const_bytep) "IDAT", page->data, page->data_count);
  png_write_chunk(png, (png_const_bytep) "IEND", NULL, 0);
  png_destroy_write_struct(&png, &info);
  return 1;
}

/// A file in memory and where its pixels go.
typedef struct {
  const unsigned char *bytes;
  size_t count, position;
  /// What the caller read in the header; `samples` has room for `width × height × channels`.
  unsigned width, height;
  /// 1 grey, 3 red, green, blue.
  int channels;
  unsigned char *samples;
  /// libpng's words where it refuses.
  char message[128];
} png_picture;

static inline void png_picture_read(png_structp png, png_bytep data, png_size_t length) {
  png_picture *picture = (png_picture *)png_get_io_ptr(png);
  if (length > picture->count - picture->position) png_error(png, "the file ends too early");
  memcpy(data, picture->bytes + picture->position, length);
  picture->position += length;
}

static inline void png_picture_refuse(png_structp png, png_const_charp message) {
  png_picture *picture = (png_picture *)png_get_error_ptr(png);
  strncpy(picture->message, message, sizeof picture->message - 1);
  picture->message[sizeof picture->message - 1] = 0;
  png_longjmp(png, 1);
}

/// 16 bits a sample to 8, all above 255 as 255.
static inline void png_clip_samples(png_structp png, png_row_infop row, png_bytep data) {
  (void)png;
  for (png_uint_32 x = 0; x < row->width; x++) data[x] = data[2 * x] ? 255 : data[2 * x + 1];
  row->bit_depth = 8;
  row->pixel_depth = 8;
  row->rowbytes = row->width;
}

/// Decodes; 1 on success. Transparency is dropped, and so is the lower byte of 16 bits, but for grey without alpha,
/// which is clipped (as PIL converts its mode I;16). libpng reports errors by a jump, which must not cross Swift.
static inline int png_decode(png_picture *picture) {
  picture->message[0] = 0;
  picture->position = 0;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, picture, png_picture_refuse, png_keep_silent);
  if (!png) return 0;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, picture, png_picture_read);
  png_read_info(png, info);
  int type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16 && type == PNG_COLOR_TYPE_GRAY) {
    png_set_read_user_transform_fn(png, png_clip_samples);
    png_set_user_transform_info(png, NULL, 8, 1);
  } else if (depth == 16) {
    png_set_strip_16(png);
  }
  if (type & PNG_COLOR_MASK_ALPHA || png_get_valid(png, info, PNG_INFO_tRNS)) png_set_strip_alpha(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = (size_t)picture->width * picture->channels;
  if (png_get_image_width(png, info) != picture->width || png_get_image_height(png, info) != picture->height ||
      png_get_rowbytes(png, info) != stride)
    png_error(png, "another size than in the header");
  for (int pass = 0; pass < passes; pass++)
    for (unsigned y = 0; y < picture->height; y++) png_read_row(png, picture->samples + y * stride, NULL);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

/// The checksum of a chunk: CRC-32 of its type and data.
static inline unsigned png_checksum(const unsigned char *bytes, size_t count) {
  return (unsigned)crc32_z(0, bytes, count);
}
