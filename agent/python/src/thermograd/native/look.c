/* Tensors that are read where they are: the gradients, and the parameters, of a list that stays the same. */
#include "step.h"

#include <string.h>

/* Other threads may run while so many elements are read; for fewer it is not worth the turn. */
enum { LONG = 1 << 18 };

/* As the sketches' own; the bytes of two fit everywhere. */
static const long long MOST_DIM = 1 << 20;

#define SPELT_OUT(name) #name,
static const char *const SPELT[NAMES] = {ATTRIBUTES(SPELT_OUT)};

static void looker_free(Looker *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyMem_Free(self->tensors);
  PyMem_Free(self->held);
  PyMem_Free(self->lengths);
  PyMem_Free(self->squares);
  PyMem_Free(self->work);
  Py_XDECREF(self->float32);
  for (int i = 0; i < NAMES; i++) Py_XDECREF(self->names[i]);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyObject *looker_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  PyObject *sizes, *float32;
  long long dim, level;
  unsigned long long seed;
  if (kwargs && PyDict_Size(kwargs)) return PyErr_Format(PyExc_TypeError, "Looker takes no names");
  if (!PyArg_ParseTuple(args, "O!LKLO", &PyTuple_Type, &sizes, &dim, &seed, &level, &float32)) return NULL;
  if (dim < 64 || dim > MOST_DIM || dim & (dim - 1))
    return PyErr_Format(PyExc_ValueError, "dim should be a power of two from 64 to %lld: was %lld", MOST_DIM, dim);
  if (level < 0 || level > thermograd_level()) return PyErr_Format(PyExc_ValueError, "level should be from 0 to %d: was %lld", thermograd_level(), level);
  Py_ssize_t n = PyTuple_Size(sizes);
  Looker *self = (Looker *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
  if (!self) return NULL;
  size_t room = (size_t)n + 1;
  self->tensors = PyMem_Calloc(room, sizeof *self->tensors);
  self->held = PyMem_Calloc(room, sizeof *self->held);
  self->lengths = PyMem_Calloc(room, sizeof *self->lengths);
  self->squares = PyMem_Calloc(room, sizeof *self->squares);
  self->work = PyMem_Calloc((size_t)dim + 64, sizeof *self->work);
  if (!self->tensors || !self->held || !self->lengths || !self->squares || !self->work) {
    Py_DECREF(self);
    return PyErr_NoMemory();
  }
  for (int i = 0; i < NAMES; i++)
    if (!(self->names[i] = PyUnicode_InternFromString(SPELT[i]))) {
      Py_DECREF(self);
      return NULL;
    }
  for (Py_ssize_t i = 0; i < n; i++) {
    long long length = self->lengths[i] = PyLong_AsLongLong(PyTuple_GetItem(sizes, i));
    if (length < 0 || length > INT64_MAX - self->elements) {
      Py_DECREF(self);
      return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_ValueError, "sizes should be at least 0, and their sum below 2^63: had %lld", length);
    }
    self->elements += length;
  }
  Py_INCREF(float32);
  self->float32 = float32;
  self->job = (struct thermograd_job){
      .tensors = self->tensors, .lengths = self->lengths, .count = n, .dim = dim, .seed = seed, .level = level,
      .work = self->work, .squares = self->squares};
  return (PyObject *)self;
}

int thermograd_attribute_is(PyObject *owner, PyObject *name, PyObject *wanted) {
  PyObject *value = PyObject_GetAttr(owner, name);
  int same = value == wanted;
  Py_XDECREF(value);
  return same;
}

/* Whether the method, called without arguments, answers so. */
static int answer_is(PyObject *owner, PyObject *name, PyObject *wanted) {
  PyObject *value = PyObject_CallMethodObjArgs(owner, name, NULL);
  int same = value == wanted;
  Py_XDECREF(value);
  return same;
}

/* -1 where it is none. */
static long long answered(PyObject *owner, PyObject *name) {
  PyObject *value = PyObject_CallMethodObjArgs(owner, name, NULL);
  if (!value) return -1;
  long long number = PyLong_AsLongLong(value);
  Py_DECREF(value);
  return number;
}

static void *address(PyObject *owner, PyObject *name) {
  PyObject *value = PyObject_CallMethodObjArgs(owner, name, NULL);
  if (!value) return NULL;
  void *at = PyLong_AsVoidPtr(value);
  Py_DECREF(value);
  return at;
}

/* Where its floats are: dense, contiguous float32 in this memory as they read, of that length; NULL for anything else, perhaps with
   an error. Asked anew at every step: a tensor may have got other memory, another type or other strides since. */
static const float *floats_of(Looker *self, PyObject *tensor, int64_t length) {
  PyObject *const *names = self->names;
  if (!thermograd_attribute_is(tensor, names[NAME_dtype], self->float32) || !thermograd_attribute_is(tensor, names[NAME_is_cpu], Py_True) ||
      !answer_is(tensor, names[NAME_is_contiguous], Py_True) || !answer_is(tensor, names[NAME_is_neg], Py_False) ||
      answered(tensor, names[NAME_numel]) != length)
    return NULL;
  static const float nothing;
  const float *at = address(tensor, names[NAME_data_ptr]);
  if (!at) return length || PyErr_Occurred() ? NULL : &nothing;
  return (uintptr_t)at % sizeof(float) ? NULL : at;
}

static double fold(Looker *self, float *out) {
  double square;
  self->job.out = out;
  if (self->elements < LONG) return thermograd_row_fold(&self->job);
  Py_BEGIN_ALLOW_THREADS
  square = thermograd_row_fold(&self->job);
  Py_END_ALLOW_THREADS
  return square;
}

PyObject *thermograd_sketches(Looker *self, PyObject *parameters, int with_parameters, double *square, int *whole) {
  int64_t n = self->job.count, dim = self->job.dim;
  if (!PyTuple_Check(parameters) || PyTuple_Size(parameters) != n) return PyErr_Format(PyExc_ValueError, "there should be %lld parameters", (long long)n);
  if (self->busy) return NULL; /* another thread, or a collector's callback in the midst of this */
  self->busy = 1;
  PyObject *sketches = NULL;
  int good = 1;
  int64_t read = 0;
  *whole = 1;
  for (; good && read < n; read++) {
    PyObject *grad = self->held[read] = PyObject_GetAttr(PyTuple_GetItem(parameters, read), self->names[NAME_grad]);
    self->tensors[read] = NULL;
    if (grad == Py_None)
      *whole = 0;
    else
      good = grad && (self->tensors[read] = floats_of(self, grad, self->lengths[read])) != NULL;
  }
  if (good && (sketches = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)sizeof(float) * dim * (1 + with_parameters)))) {
    float *out = (float *)(void *)PyBytes_AsString(sketches);
    *square = fold(self, out);
    for (int64_t i = 0; with_parameters && good && i < n; i++) {
      Py_DECREF(self->held[i]);
      PyObject *parameter = self->held[i] = PyTuple_GetItem(parameters, i);
      Py_INCREF(parameter);
      good = (self->tensors[i] = floats_of(self, parameter, self->lengths[i])) != NULL;
    }
    if (good && with_parameters) fold(self, out + dim);
    if (!good) Py_CLEAR(sketches);
  }
  for (int64_t i = 0; i < read; i++) Py_XDECREF(self->held[i]);
  self->busy = 0;
  /* Sparse, elsewhere, or of another type: the caller's other way says what is wrong, if anything is. A Ctrl-C is not among these. */
  if (!good && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_Exception)) PyErr_Clear();
  return sketches;
}

/* (S g and, if asked for, S θ behind it, ‖g‖², whether every parameter has a gradient), or None where torch is needed. */
static PyObject *look(Looker *self, PyObject *parameters, int with_parameters) {
  double square;
  int whole;
  PyObject *sketches = thermograd_sketches(self, parameters, with_parameters, &square, &whole);
  if (sketches) return Py_BuildValue("NdO", sketches, square, whole ? Py_True : Py_False);
  if (PyErr_Occurred()) return NULL;
  Py_RETURN_NONE;
}

static PyObject *looker_gradient(Looker *self, PyObject *parameters) { return look(self, parameters, 0); }

static PyObject *looker_both(Looker *self, PyObject *parameters) { return look(self, parameters, 1); }

static PyMethodDef LOOKER_METHODS[] = {
    {"gradient", (PyCFunction)(void (*)(void))looker_gradient, METH_O, NULL},
    {"both", (PyCFunction)(void (*)(void))looker_both, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot LOOKER_SLOTS[] = {
    {Py_tp_new, (void *)looker_new},
    {Py_tp_dealloc, (void *)looker_free},
    {Py_tp_methods, LOOKER_METHODS},
    {0, NULL},
};

PyType_Spec thermograd_looker = {"thermograd.native._step.Looker", sizeof(Looker), 0, Py_TPFLAGS_DEFAULT, LOOKER_SLOTS};

Looker *thermograd_looker_of(PyObject *object) {
  PyTypeObject *type = Py_TYPE(object);
  if (PyType_GetFlags(type) & Py_TPFLAGS_HEAPTYPE && PyType_GetSlot(type, Py_tp_dealloc) == (void *)looker_free) return (Looker *)object;
  PyErr_SetString(PyExc_TypeError, "there should be a Looker");
  return NULL;
}
