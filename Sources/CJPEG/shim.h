#pragma once
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

/// A file in memory and where its pixels go.
typedef struct {
  const unsigned char *bytes;
  size_t count;
  /// What the caller read in the header; `samples` has room for `width × height × channels`.
  unsigned width, height;
  /// 1 grey, 3 red, green, blue.
  int channels;
  unsigned char *samples;
  /// libjpeg's words where it refuses.
  char message[JMSG_LENGTH_MAX];
} jpeg_picture;

/// libjpeg's error manager with the place to come back to.
typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf place;
  jpeg_picture *picture;
} jpeg_return;

static inline void jpeg_jump_back(j_common_ptr codec) {
  jpeg_return *back = (jpeg_return *)codec->err;
  codec->err->format_message(codec, back->picture->message);
  longjmp(back->place, 1);
}

/// Warnings behind which pixels would be made up are errors.
static inline void jpeg_weigh(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
  case JWRN_ARITH_BAD_CODE:
  case JWRN_BOGUS_PROGRESSION:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_JPEG_EOF:
  case JWRN_MUST_RESYNC:
    jpeg_jump_back(codec);
  }
}

/// A progressive file of a few bytes can ask for any number of passes over its pixels.
static inline void jpeg_count_scans(j_common_ptr codec) {
  if (codec->is_decompressor && ((j_decompress_ptr)codec)->input_scan_number > 200) {
    jpeg_return *back = (jpeg_return *)codec->err;
    strcpy(back->picture->message, "more than 200 scans");
    longjmp(back->place, 1);
  }
}

/// Inks that are stored inverted, as Adobe's programs do, to light.
static inline void jpeg_light_of_inks(unsigned char *rgb, const unsigned char *inks, unsigned width) {
  for (unsigned x = 0; x < width; x++) {
    int key = inks[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      int product = (255 - inks[4 * x + c]) * key + 128;
      int light = key - ((product + (product >> 8)) >> 8);
      rgb[3 * x + c] = (unsigned char)(light < 0 ? 0 : light);
    }
  }
}

/// Decodes; 1 on success. libjpeg reports errors by a jump, which must not cross Swift.
static inline int jpeg_decode(jpeg_picture *picture) {
  struct jpeg_decompress_struct codec;
  struct jpeg_progress_mgr progress;
  jpeg_return back;
  codec.err = jpeg_std_error(&back.manager);
  back.manager.error_exit = jpeg_jump_back;
  back.manager.emit_message = jpeg_weigh;
  back.picture = picture;
  picture->message[0] = 0;
  if (setjmp(back.place)) {
    jpeg_destroy_decompress(&codec);
    return 0;
  }
  jpeg_create_decompress(&codec);
  memset(&progress, 0, sizeof progress);
  progress.progress_monitor = jpeg_count_scans;
  codec.progress = &progress;
  jpeg_mem_src(&codec, picture->bytes, picture->count);
  jpeg_read_header(&codec, TRUE);
  int is_ink = codec.num_components == 4;
  codec.out_color_space = is_ink ? JCS_CMYK : picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&codec);
  if (codec.output_width != picture->width || codec.output_height != picture->height ||
      codec.output_components != (is_ink ? 4 : picture->channels) || (is_ink && picture->channels != 3)) {
    strcpy(picture->message, "another size than in the header");
    longjmp(back.place, 1);
  }
  size_t stride = (size_t)picture->width * picture->channels;
  JSAMPARRAY inks = (*codec.mem->alloc_sarray)((j_common_ptr)&codec, JPOOL_IMAGE, 4 * picture->width, 1);
  while (codec.output_scanline < codec.output_height) {
    unsigned char *row = picture->samples + codec.output_scanline * stride;
    JSAMPROW target = is_ink ? inks[0] : row;
    if (jpeg_read_scanlines(&codec, &target, 1) == 1 && is_ink) jpeg_light_of_inks(row, inks[0], picture->width);
  }
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  return 1;
}
