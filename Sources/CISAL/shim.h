#pragma once
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// What `isal_zlib_pack` works in, in bytes.
enum { ISAL_PACK_SCRATCH = ISAL_DEF_LVL2_DEFAULT };

/// Room that a zlib stream of so many bytes never needs more than.
static inline size_t isal_zlib_bound(size_t count) { return count + count / 8 + 4096; }

/// Compresses bytes to a zlib stream in `out`, of `isal_zlib_bound` bytes; its length, 0 where that fails.
static inline size_t isal_zlib_pack(const uint8_t *bytes, size_t count, uint8_t *out, uint8_t *scratch) {
  // Nothing of what was packed before, or lay there, may decide which matches are found.
  struct isal_zstream stream;
  memset(&stream, 0, sizeof stream);
  memset(scratch, 0, ISAL_PACK_SCRATCH);
  isal_deflate_init(&stream);
  stream.level = 2;
  stream.level_buf = scratch;
  stream.level_buf_size = ISAL_PACK_SCRATCH;
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.next_in = (uint8_t *)bytes;
  stream.avail_in = (uint32_t)count;
  stream.next_out = out;
  stream.avail_out = (uint32_t)isal_zlib_bound(count);
  const int status = isal_deflate(&stream);
  return status == COMP_OK && stream.internal_state.state == ZSTATE_END ? stream.total_out : 0;
}

/// CRC-32C (Castagnoli) of bytes.
static inline uint32_t isal_crc32c(const uint8_t *bytes, size_t count) {
  return ~crc32_iscsi((unsigned char *)bytes, (int)count, 0xFFFFFFFFu);
}
