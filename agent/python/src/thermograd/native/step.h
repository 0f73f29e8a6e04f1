/* A step of one backward pass as a module of Python's: it is looked at, and its event written, in one call each.

   What a small model's step costs to watch is the interpreter, whose code and data the training has driven out of the caches by
   then, not the sums. The stable ABI of 3.8 is all that is used, so that one library serves every later version; where it was
   built without Python's headers there is only sketch.c, by ctypes. */
#ifndef THERMOGRAD_STEP_H
#define THERMOGRAD_STEP_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x03080000
#include <Python.h>
#include <stddef.h>
#include <structmember.h>

#include "sketch.h"

/* What attributes are called: of tensors, of optimizers and their groups, of chunks.Chunks. */
#define ATTRIBUTES(X)                                                                                                  \
  X(grad) X(dtype) X(is_cpu) X(is_contiguous) X(is_neg) X(numel) X(data_ptr) X(_version) X(requires_grad)              \
  X(param_groups) X(params) X(lr) X(weight_decay)                                                                      \
  X(_under_way) X(_missed) X(_noted) X(_total) X(_first) X(_fresh) X(_examples) X(_forwards)
#define ENUMERATED(name) NAME_##name,
enum { ATTRIBUTES(ENUMERATED) NAMES };

/* Reads lists of tensors of the same sizes. */
typedef struct {
  PyObject_HEAD
  struct thermograd_job job;
  const float **tensors;
  PyObject **held; /* of the gradients that are being read */
  int64_t *lengths;
  double *squares;
  float *work;
  int64_t elements;
  int busy;
  PyObject *float32; /* torch's */
  PyObject *names[NAMES];
} Looker;

extern PyType_Spec thermograd_looker, thermograd_step;

/* NULL, with an error, where it is something else. */
Looker *thermograd_looker_of(PyObject *object);

/* S g of parameters' gradients and, if asked for, S θ behind it, as bytes; NULL without an error where torch is needed. */
PyObject *thermograd_sketches(Looker *self, PyObject *parameters, int with_parameters, double *square, int *whole);

/* Whether the attribute is that object; 0 also where there is none, with an error. */
int thermograd_attribute_is(PyObject *owner, PyObject *name, PyObject *wanted);

/* An event's bytes. names has run_id and attempt as bytes; theta None: it is behind the gradient in sketches; examples 0: not known. */
PyObject *thermograd_event(PyObject *names, PyObject *number, double time, PyObject *loss, PyObject *validation, PyObject *rate,
                           long long examples, PyObject *square, PyObject *sketches, PyObject *theta, double decay, PyObject *tracked);

/* event(names, step, time, loss, validation_loss, learning_rate, examples, grad_sqnorm, sketches, theta, decay, tracked): bytes. */
PyObject *thermograd_event_of(PyObject *module, PyObject *args);

#endif
