/* The sketch "row_fold" of a list of float32 tensors, and their squared norms, in one pass over memory.

   RowFold in thermograd/_folds.py has the definition. A row's place and sign are computed, which is cheaper than to read them,
   so nothing is kept between calls. Sums are kept in reverse (sums[a] belongs to out[-a mod dim]), so that the 64 elements of a
   row go to 64 neighbouring sums.

   The result does not depend on the instruction set: a sum takes its terms in the order of the rows, a norm has 16 partial
   sums whatever the width of a vector, and products are exact (by ±1, and of two floats in a double), so that fusing them
   changes nothing. Thread-safe: no state, no allocation. */
#include "sketch.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { ROW = 64, LANES = 16 };

struct place {
  float *sums; /* dim + ROW */
  uint64_t seed;
  int shift; /* of a word, to its place */
  uint64_t mask;
  uint32_t lanes[ROW]; /* sign bits */
};

typedef void folder(const struct place *, const float *const *, const int64_t *, int64_t, double *);

/* The output number index of SplitMix64 started at the seed (Steele, Lea and Flood 2014). */
ALWAYS_INLINE uint64_t word(uint64_t seed, uint64_t index) {
  uint64_t z = seed + (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

#define NAME plain
#define TARGET
#define WIDTH 4
#include "fold.h"

#if defined(__x86_64__)
#define NAME avx2
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 8
#include "fold.h"

#define NAME avx512
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,fma")))
#define WIDTH 16
#include "fold.h"

static folder *const FOLDERS[] = {fold_plain, fold_avx2, fold_avx512};
#else
static folder *const FOLDERS[] = {fold_plain};
#endif

API int thermograd_version(void) { return VERSION; }

/* The widest instructions of this processor that there is a fold for: 0 none in particular, 1 AVX2, 2 AVX-512. */
API int thermograd_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  return fused ? wide ? 2 : 1 : 0;
#else
  return 0;
#endif
}

/* Returns ‖x‖² of all tensors. */
API double thermograd_row_fold(const struct thermograd_job *job) {
  uint64_t dim = (uint64_t)job->dim;
  struct place p = {.sums = job->work, .seed = job->seed, .shift = 64 - __builtin_ctzll(dim), .mask = dim - 1};
  uint64_t signs = word(~job->seed, 0);
  for (int j = 0; j < ROW; j++) p.lanes[j] = (uint32_t)(signs >> j & 1) << 31;
  float *work = job->work, *out = job->out;
  memset(work, 0, sizeof(float) * ((size_t)dim + ROW));
  FOLDERS[job->level](&p, job->tensors, job->lengths, job->count, job->squares);
  /* What went beyond the end, and back into order. */
  for (int j = 0; j < ROW; j++) work[j] += work[dim + (uint64_t)j];
  out[0] = work[0];
  for (uint64_t k = 1; k < dim; k++) out[k] = work[dim - k];
  double sum = 0;
  for (int64_t i = 0; i < job->count; i++) sum += job->squares[i];
  return sum;
}
