/* A step of one backward pass as a module of Python's: it is looked at, and its event written, in one call each.

   What a small model's step costs to watch is the interpreter, whose code and data the training has driven out of the caches by
   then, not the sums. The stable ABI of 3.8 is all that is used, so that one library serves every later version; where it was
   built without Python's headers there is only sketch.c, by ctypes. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x03080000
#include <Python.h>
#include <string.h>

#include "sketch.h"

/* Other threads may run while so many elements are read; for fewer it is not worth the turn. */
enum { LONG = 1 << 18 };

/* As the sketches' own; the bytes of two fit everywhere. */
static const long long MOST_DIM = 1 << 20;

enum { NAME_GRAD, NAME_DTYPE, NAME_IS_CPU, NAME_IS_CONTIGUOUS, NAME_IS_NEG, NAME_NUMEL, NAME_DATA_PTR, NAMES };
static const char *const SPELT[NAMES] = {"grad", "dtype", "is_cpu", "is_contiguous", "is_neg", "numel", "data_ptr"};

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

/* Whether the attribute is that object; 0 also where there is none. */
static int attribute_is(PyObject *owner, PyObject *name, PyObject *wanted) {
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
  if (!attribute_is(tensor, names[NAME_DTYPE], self->float32) || !attribute_is(tensor, names[NAME_IS_CPU], Py_True) ||
      !answer_is(tensor, names[NAME_IS_CONTIGUOUS], Py_True) || !answer_is(tensor, names[NAME_IS_NEG], Py_False) ||
      answered(tensor, names[NAME_NUMEL]) != length)
    return NULL;
  static const float nothing;
  const float *at = address(tensor, names[NAME_DATA_PTR]);
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

/* (S g and, if asked for, S θ behind it, ‖g‖², whether every parameter has a gradient), or None where torch is needed. */
static PyObject *look(Looker *self, PyObject *parameters, int with_parameters) {
  int64_t n = self->job.count, dim = self->job.dim;
  if (!PyTuple_Check(parameters) || PyTuple_Size(parameters) != n) return PyErr_Format(PyExc_ValueError, "there should be %lld parameters", (long long)n);
  if (self->busy) Py_RETURN_NONE; /* another thread, or a collector's callback in the midst of this */
  self->busy = 1;
  PyObject *sketches = NULL, *answer = NULL;
  int whole = 1, good = 1;
  int64_t read = 0;
  for (; good && read < n; read++) {
    PyObject *grad = self->held[read] = PyObject_GetAttr(PyTuple_GetItem(parameters, read), self->names[NAME_GRAD]);
    self->tensors[read] = NULL;
    if (grad == Py_None)
      whole = 0;
    else
      good = grad && (self->tensors[read] = floats_of(self, grad, self->lengths[read])) != NULL;
  }
  if (good && (sketches = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)sizeof(float) * dim * (1 + with_parameters)))) {
    float *out = (float *)(void *)PyBytes_AsString(sketches);
    double square = fold(self, out);
    for (int64_t i = 0; with_parameters && good && i < n; i++) {
      Py_DECREF(self->held[i]);
      PyObject *parameter = self->held[i] = PyTuple_GetItem(parameters, i);
      Py_INCREF(parameter);
      good = (self->tensors[i] = floats_of(self, parameter, self->lengths[i])) != NULL;
    }
    if (good && with_parameters) fold(self, out + dim);
    if (good) answer = Py_BuildValue("OdO", sketches, square, whole ? Py_True : Py_False);
  }
  Py_XDECREF(sketches);
  for (int64_t i = 0; i < read; i++) Py_XDECREF(self->held[i]);
  self->busy = 0;
  if (answer || (PyErr_Occurred() && (good || !PyErr_ExceptionMatches(PyExc_Exception)))) return answer; /* a Ctrl-C among them */
  PyErr_Clear(); /* sparse, elsewhere, or of another type: the caller's other way says what is wrong, if anything is */
  Py_RETURN_NONE;
}

static PyObject *looker_gradient(Looker *self, PyObject *parameters) { return look(self, parameters, 0); }

static PyObject *looker_both(Looker *self, PyObject *parameters) { return look(self, parameters, 1); }

/* ---- an event's bytes, fields in the order of their numbers as protobuf's own writers have them */

enum { VARINT = 0, DOUBLE = 1, BYTES = 2 };

static char *put_varint(char *at, uint64_t value) {
  for (; value > 0x7F; value >>= 7) *at++ = (char)((value & 0x7F) | 0x80);
  *at++ = (char)value;
  return at;
}

static int varint_length(uint64_t value) {
  int n = 1;
  for (; value > 0x7F; value >>= 7) n++;
  return n;
}

static char *put_double(char *at, int field, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  at = put_varint(at, (uint64_t)field << 3 | DOUBLE);
  for (int i = 0; i < 64; i += 8) *at++ = (char)(bits >> i);
  return at;
}

/* A value that may be None; at stays where it is then. NULL where it is no float. */
static char *put_optional(char *at, int field, PyObject *value) {
  if (value == Py_None) return at;
  double number = PyFloat_AsDouble(value);
  return number == -1 && PyErr_Occurred() ? NULL : put_double(at, field, number);
}

/* Behind it come size bytes of floats. */
static char *put_vector(char *at, int field, uint64_t size) {
  at = put_varint(at, (uint64_t)field << 3 | BYTES);
  at = put_varint(at, 1 + (uint64_t)varint_length(size) + size);
  at = put_varint(at, 1 << 3 | BYTES);
  return put_varint(at, size);
}

/* x + decay·y as torch has it, rounded twice: a float product is exact in a double, so nothing can be fused. */
static void put_sum(char *at, const float *x, const float *y, double decay, int64_t n) {
  float factor = (float)decay;
  for (int64_t i = 0; i < n; i++) {
    float product = (float)((double)factor * y[i]), sum = x[i] + product;
    memcpy(at + sizeof(float) * (size_t)i, &sum, sizeof sum);
  }
}

/* An entry of a map<string, double>, added to made. */
static void put_entry(PyObject **made, PyObject *key, PyObject *value) {
  PyObject *text = PyUnicode_AsUTF8String(key);
  double number = text ? PyFloat_AsDouble(value) : -1;
  if (!text || (number == -1 && PyErr_Occurred())) {
    Py_XDECREF(text);
    Py_CLEAR(*made);
    return;
  }
  char head[32], tail[16];
  uint64_t length = (uint64_t)PyBytes_Size(text);
  char *at = put_varint(head, 17 << 3 | BYTES);
  at = put_varint(at, 1 + (uint64_t)varint_length(length) + length + 9);
  at = put_varint(at, 1 << 3 | BYTES);
  at = put_varint(at, length);
  PyBytes_ConcatAndDel(made, PyBytes_FromStringAndSize(head, at - head));
  PyBytes_ConcatAndDel(made, text);
  PyBytes_ConcatAndDel(made, PyBytes_FromStringAndSize(tail, put_double(tail, 2, number) - tail));
}

/* Those of a dict, as it is now: asking for a value may run anybody's code, which may change it. NULL with an error. */
static PyObject *entries(PyObject *tracked) {
  PyObject *made = PyBytes_FromStringAndSize(NULL, 0);
  if (!made || PyDict_Size(tracked) == 0) return made;
  PyObject *items = PyDict_Items(tracked);
  if (!items) Py_CLEAR(made);
  for (Py_ssize_t i = 0; made && i < PyList_Size(items); i++) {
    PyObject *item = PyList_GetItem(items, i);
    put_entry(&made, PyTuple_GetItem(item, 0), PyTuple_GetItem(item, 1));
  }
  Py_XDECREF(items);
  return made;
}

/* event(names, step, time, loss, validation_loss, learning_rate, examples, grad_sqnorm, sketches, theta, decay, tracked): bytes.
   names has run_id and attempt as bytes; theta None: it is behind the gradient in sketches; examples 0: not known. */
static PyObject *event(PyObject *module, PyObject *args) {
  PyObject *names, *number, *loss, *validation, *rate, *square, *sketches, *theta, *tracked, *map, *made;
  long long examples;
  double time, decay;
  (void)module;
  if (!PyArg_ParseTuple(args, "SOdOOOLOSOdO!", &names, &number, &time, &loss, &validation, &rate, &examples, &square, &sketches, &theta,
                        &decay, &PyDict_Type, &tracked))
    return NULL;
  unsigned long long step = PyLong_AsUnsignedLongLong(number);
  if (step == (unsigned long long)-1 && PyErr_Occurred()) return NULL;
  if (examples < 0 || examples > UINT32_MAX) return PyErr_Format(PyExc_ValueError, "examples should be from 0 to 2^32 - 1: was %lld", examples);
  if (theta != Py_None && !PyBytes_Check(theta)) return PyErr_Format(PyExc_TypeError, "theta should be bytes");
  const char *floats = PyBytes_AsString(sketches), *parameters = theta == Py_None ? NULL : PyBytes_AsString(theta);
  uint64_t size = (uint64_t)PyBytes_Size(sketches);
  if (size % (parameters ? sizeof(float) : 2 * sizeof(float)))
    return PyErr_Format(PyExc_ValueError, "sketches should be whole floats: were %llu bytes", (unsigned long long)size);
  if (!parameters) {
    size /= 2;
    parameters = floats + size;
  } else if ((uint64_t)PyBytes_Size(theta) != size)
    return PyErr_Format(PyExc_ValueError, "theta should be as long as the gradient's sketch");

  char head[128], middle[32], tail[16], *at = head;
  if (step) at = put_varint(put_varint(at, 3 << 3 | VARINT), step);
  if (time != 0) at = put_double(at, 5, time);
  if (!(at = put_optional(at, 6, loss)) || !(at = put_optional(at, 7, rate))) return NULL;
  char *batch = at, *after = middle;
  if (examples) {
    uint64_t vector = 1 + (uint64_t)varint_length(size) + size;
    uint64_t micro = 1 + (uint64_t)varint_length((uint64_t)examples) + 1 + (uint64_t)varint_length(vector) + vector;
    at = put_varint(put_varint(at, 8 << 3 | VARINT), (uint64_t)examples);
    at = put_varint(put_varint(at, 9 << 3 | BYTES), micro);
    at = put_varint(put_varint(at, 1 << 3 | VARINT), (uint64_t)examples);
    batch = at = put_vector(at, 4, size);
    if (!(after = put_optional(after, 10, square))) return NULL;
  } else {
    char *norm = put_optional(at, 10, square);
    if (!norm) return NULL;
    batch = at = put_vector(norm, 11, size);
  }
  after = put_vector(after, 12, size);
  char *last = put_optional(tail, 20, validation);
  if (!last || !(map = entries(tracked))) return NULL;

  size_t named = (size_t)PyBytes_Size(names), mapped = (size_t)PyBytes_Size(map);
  uint64_t length = named + (uint64_t)(batch - head) + size + (uint64_t)(after - middle) + size + mapped + (uint64_t)(last - tail);
  made = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(1 + (uint64_t)varint_length(length) + length));
  if (made) {
    char *to = PyBytes_AsString(made);
    to = put_varint(put_varint(to, 2 << 3 | BYTES), length);
#define APPEND(from, bytes) (memcpy(to, from, bytes), to += (bytes))
    APPEND(PyBytes_AsString(names), named);
    APPEND(head, (size_t)(batch - head));
    if (decay != 0)
      put_sum(to, (const float *)(const void *)floats, (const float *)(const void *)parameters, decay, (int64_t)(size / sizeof(float)));
    else
      memcpy(to, floats, size);
    to += size;
    APPEND(middle, (size_t)(after - middle));
    APPEND(parameters, size);
    APPEND(PyBytes_AsString(map), mapped);
    APPEND(tail, (size_t)(last - tail));
#undef APPEND
  }
  Py_DECREF(map);
  return made;
}

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

static PyType_Spec LOOKER = {"thermograd.native._step.Looker", sizeof(Looker), 0, Py_TPFLAGS_DEFAULT, LOOKER_SLOTS};

static int fill(PyObject *module) {
  PyObject *type = PyType_FromSpec(&LOOKER);
  if (!type || PyModule_AddObject(module, "Looker", type) < 0) {
    Py_XDECREF(type);
    return -1;
  }
  return 0;
}

static PyMethodDef METHODS[] = {{"event", event, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "thermograd.native._step", .m_methods = METHODS, .m_slots = SLOTS};

API PyMODINIT_FUNC PyInit__step(void) { return PyModuleDef_Init(&MODULE); }
