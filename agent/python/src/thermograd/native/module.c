/* The module of `step.h`. */
#include "step.h"

static int add(PyObject *module, const char *name, PyType_Spec *spec) {
  PyObject *type = PyType_FromSpec(spec);
  if (type && PyModule_AddObject(module, name, type) == 0) return 0;
  Py_XDECREF(type);
  return -1;
}

static int fill(PyObject *module) { return add(module, "Looker", &thermograd_looker) || add(module, "Step", &thermograd_step) ? -1 : 0; }

static PyMethodDef METHODS[] = {{"event", thermograd_event_of, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "thermograd.native._step", .m_methods = METHODS, .m_slots = SLOTS};

API PyMODINIT_FUNC PyInit__step(void) { return PyModuleDef_Init(&MODULE); }
