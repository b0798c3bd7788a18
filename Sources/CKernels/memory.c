#include "memory.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

void tk_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

// What a thread freed last, the oldest first.
enum { KEPT = 64, LARGEST_KEPT = 4 << 20, MOST_KEPT = 32 << 20 };

struct shelf {
  int count;
  size_t bytes;
  struct {
    void *block;
    size_t bytes;
  } kept[KEPT];
};

static _Thread_local struct shelf *own_shelf;
static pthread_key_t shelf_key;
static pthread_once_t shelf_once = PTHREAD_ONCE_INIT;

static void take_off(struct shelf *shelf, int index) {
  shelf->bytes -= shelf->kept[index].bytes;
  shelf->count--;
  memmove(shelf->kept + index, shelf->kept + index + 1, (size_t)(shelf->count - index) * sizeof shelf->kept[0]);
}

static void clear(struct shelf *shelf) {
  for (int i = 0; i < shelf->count; i++) free(shelf->kept[i].block);
  shelf->count = 0;
  shelf->bytes = 0;
}

static void end_of_thread(void *shelf) {
  clear(shelf);
  free(shelf);
  own_shelf = NULL;
}

static void make_key(void) { pthread_key_create(&shelf_key, end_of_thread); }

// NULL where there is no memory for one.
static struct shelf *shelf_of_thread(void) {
  if (own_shelf) return own_shelf;
  pthread_once(&shelf_once, make_key);
  own_shelf = calloc(1, sizeof *own_shelf);
  pthread_setspecific(shelf_key, own_shelf);
  return own_shelf;
}

void *tk_allocate(size_t bytes) {
  struct shelf *shelf = own_shelf;
  for (int i = shelf ? shelf->count - 1 : -1; i >= 0; i--)
    if (shelf->kept[i].bytes == bytes) {
      void *block = shelf->kept[i].block;
      take_off(shelf, i);
      return block;
    }
  return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

void tk_free(void *block, size_t bytes) {
  struct shelf *shelf = bytes > LARGEST_KEPT ? NULL : shelf_of_thread();
  if (!shelf) {
    free(block);
    return;
  }
  while (shelf->count == KEPT || (shelf->count > 0 && shelf->bytes + bytes > MOST_KEPT)) {
    free(shelf->kept[0].block);
    take_off(shelf, 0);
  }
  shelf->kept[shelf->count].block = block;
  shelf->kept[shelf->count].bytes = bytes;
  shelf->count++;
  shelf->bytes += bytes;
}

void tk_give_back_freed_memory(void) {
  if (own_shelf) clear(own_shelf);
  malloc_trim(0);
}
