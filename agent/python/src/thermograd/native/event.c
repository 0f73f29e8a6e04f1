/* An event's bytes, fields in the order of their numbers as protobuf's own writers have them. */
#include "step.h"

#include <string.h>

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

PyObject *thermograd_event(PyObject *names, PyObject *number, double time, PyObject *loss, PyObject *validation, PyObject *rate,
                         long long examples, PyObject *square, PyObject *sketches, PyObject *theta, double decay, PyObject *tracked) {
  PyObject *map, *made;
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

PyObject *thermograd_event_of(PyObject *module, PyObject *args) {
  PyObject *names, *number, *loss, *validation, *rate, *square, *sketches, *theta, *tracked;
  long long examples;
  double time, decay;
  (void)module;
  if (!PyArg_ParseTuple(args, "SOdOOOLOSOdO!", &names, &number, &time, &loss, &validation, &rate, &examples, &square, &sketches, &theta,
                        &decay, &PyDict_Type, &tracked))
    return NULL;
  return thermograd_event(names, number, time, loss, validation, rate, examples, square, sketches, theta, decay, tracked);
}
