#pragma once
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// CRC-32C (Castagnoli) of bytes.
static inline uint32_t isal_crc32c(const uint8_t *bytes, size_t count) {
  return ~crc32_iscsi((unsigned char *)bytes, (int)count, 0xFFFFFFFFu);
}

/// What `isal_unpack` comes to.
enum { ISAL_WHOLE, ISAL_CUT_OFF, ISAL_DAMAGED, ISAL_TOO_LARGE, ISAL_NO_MEMORY };

/// Unpacks a zlib stream, or the members of a gzip file, to memory that the caller frees; no more than `most` bytes.
/// Zeros behind the last member are padding.
static inline int isal_unpack(
    const uint8_t *bytes, size_t count, int is_gzip, size_t most, uint8_t **out, size_t *out_count) {
  struct inflate_state *state = (struct inflate_state *)malloc(sizeof *state);
  size_t place = 0, capacity = 0;
  int status = state ? ISAL_WHOLE : ISAL_NO_MEMORY;
  *out = NULL;
  *out_count = 0;
  while (status == ISAL_WHOLE && place < count) {
    isal_inflate_init(state);
    state->crc_flag = is_gzip ? ISAL_GZIP : ISAL_ZLIB;
    state->avail_in = 0;
    do {
      if (*out_count == capacity) {
        if (capacity >= most) {
          status = ISAL_TOO_LARGE;
          break;
        }
        capacity = capacity ? capacity * 2 : 1 << 16;
        if (capacity > most) capacity = most;
        uint8_t *larger = (uint8_t *)realloc(*out, capacity);
        if (!larger) {
          status = ISAL_NO_MEMORY;
          break;
        }
        *out = larger;
      }
      if (state->avail_in == 0) {
        const size_t left = count - place;
        state->next_in = (uint8_t *)bytes + place;
        state->avail_in = left < 1u << 30 ? (uint32_t)left : 1u << 30;
        place += state->avail_in;
      }
      const size_t room = capacity - *out_count;
      const uint32_t given = room < 1u << 30 ? (uint32_t)room : 1u << 30;
      state->next_out = *out + *out_count;
      state->avail_out = given;
      if (isal_inflate(state) != ISAL_DECOMP_OK) status = ISAL_DAMAGED;
      *out_count += given - state->avail_out;
      if (status == ISAL_WHOLE && state->block_state != ISAL_BLOCK_FINISH && state->avail_in == 0 && place == count &&
          state->avail_out > 0)
        status = ISAL_CUT_OFF;
    } while (status == ISAL_WHOLE && state->block_state != ISAL_BLOCK_FINISH);
    place -= state->avail_in;
    if (!is_gzip) break;
    while (place < count && bytes[place] == 0) place++;
  }
  free(state);
  return status;
}
