#include "kernels.h"

TK_CLONES void tk_tsne_repulsion(const float *x, const float *y, size_t count, size_t first, size_t end, double *force,
                                 double *weight) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t i = first; i < end; i++) {
    const float xi = x[i], yi = y[i];
    double forceX = 0, forceY = 0, sum = 0;
    // Blocks are summed in float, their sums in double.
    for (size_t start = 0; start < count; start += 512) {
      const size_t stop = count - start < 512 ? count : start + 512;
      float blockX = 0, blockY = 0, block = 0;
      for (size_t j = start; j < stop; j++) {
        const float dx = xi - x[j], dy = yi - y[j];
        const float w = 1.0f / (1.0f + dx * dx + dy * dy);
        const float squared = w * w;
        blockX += squared * dx;
        blockY += squared * dy;
        block += w;
      }
      forceX += blockX;
      forceY += blockY;
      sum += block;
    }
    force[2 * i] = forceX;
    force[2 * i + 1] = forceY;
    weight[i] = sum - 1;
  }
}

TK_CLONES void tk_tsne_attraction(const float *x, const float *y, const int64_t *row, const int32_t *column,
                                  const float *value, size_t first, size_t end, double *force) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t i = first; i < end; i++) {
    const float xi = x[i], yi = y[i];
    float forceX = 0, forceY = 0;
    for (int64_t at = row[i]; at < row[i + 1]; at++) {
      const float dx = xi - x[column[at]], dy = yi - y[column[at]];
      const float pull = value[at] / (1.0f + dx * dx + dy * dy);
      forceX += pull * dx;
      forceY += pull * dy;
    }
    force[2 * i] = forceX;
    force[2 * i + 1] = forceY;
  }
}
