/* What sketch.c is asked for; thermograd/native has the same. */
#ifndef THERMOGRAD_SKETCH_H
#define THERMOGRAD_SKETCH_H

#include <stdint.h>

/* Rises when a signature or a result changes. */
#define VERSION 1
#define API __attribute__((visibility("default")))

/* What there is to do. */
struct thermograd_job {
  const float *const *tensors; /* NULL among them: zeros */
  const int64_t *lengths;
  int64_t count;
  int64_t dim; /* a power of two from ROW */
  uint64_t seed;
  int64_t level;   /* of instructions, at most thermograd_level() */
  float *work;     /* dim + ROW floats, whatever is in them */
  float *out;      /* dim floats: S of the tensors one after the other */
  double *squares; /* ‖x‖² of each tensor, finite if and only if all its elements are */
};

API int thermograd_version(void);
API int thermograd_level(void);
API double thermograd_row_fold(const struct thermograd_job *job);

#endif
