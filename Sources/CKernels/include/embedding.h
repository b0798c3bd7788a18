// The inner loops of t-SNE in the plane.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The repulsive part of points `first ..< end`: with w = 1/(1 + ‖yᵢ − yⱼ‖²),
/// `force[2i]`, `force[2i+1]` = Σⱼ w²·(yᵢ − yⱼ), and `weight[i]` = Σ_{j≠i} w.
/// `x` and `y` are the coordinates of all `count` points.
void tk_tsne_repulsion(const float *x, const float *y, size_t count, size_t first, size_t end, double *force,
                       double *weight);

/// The attractive part of points `first ..< end` over sparse rows (neighbours `column[row[i] ..< row[i+1]]` with
/// affinities `value`): `force[2i]`, `force[2i+1]` = Σⱼ pᵢⱼ·w·(yᵢ − yⱼ).
void tk_tsne_attraction(const float *x, const float *y, const int64_t *row, const int32_t *column, const float *value,
                        size_t first, size_t end, double *force);
