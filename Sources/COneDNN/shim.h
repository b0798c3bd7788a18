#pragma once
#include <oneapi/dnnl/dnnl.h>

// Debian builds oneDNN on OpenMP; its thread count is a property of the calling thread.
void omp_set_num_threads(int count);
