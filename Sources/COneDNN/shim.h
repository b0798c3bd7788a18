#pragma once
#include <oneapi/dnnl/dnnl.h>

// Debian builds oneDNN on OpenMP; its thread count is a property of the calling thread.
void omp_set_num_threads(int count);

// Exported, but in none of its headers: C = alpha·A·B + beta·C for row-major matrices of bfloat16, C of float32.
dnnl_status_t dnnl_gemm_bf16bf16f32(char transa, char transb, dnnl_dim_t rows, dnnl_dim_t columns, dnnl_dim_t depth,
                                    float alpha, const uint16_t *a, dnnl_dim_t lda, const uint16_t *b, dnnl_dim_t ldb,
                                    float beta, float *c, dnnl_dim_t ldc);
