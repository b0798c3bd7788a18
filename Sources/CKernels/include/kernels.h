// Vectorised loops and relaxed-order reductions. Every symbol starts with tk_; arrays are dense and row-major unless a
// stride is given.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Marks a loop that is compiled for AVX-512, AVX2 and the baseline, and chosen as it runs.
#if defined(__x86_64__)
#define TK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TK_CLONES
#endif

#include "activations.h"
#include "bfloat.h"
#include "conversions.h"
#include "dequantise.h"
#include "embedding.h"
#include "layers.h"
#include "memory.h"
#include "raster.h"
#include "reductions.h"
#include "resample.h"
#include "statistics.h"
#include "training.h"
#include "worker.h"
