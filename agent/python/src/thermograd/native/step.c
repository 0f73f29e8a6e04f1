/* A step on its way, as message.StepParts is to other steps, and whether one is such a step; single.py says what it is for. */
#include "step.h"

#include <time.h>

typedef struct {
  PyObject_HEAD
  PyObject *names, *number, *loss, *validation_loss, *examples, *learning_rate, *tracked, *sketches, *square, *theta, *packing,
      *grad_sketch, *failure, *found_inf;
  double time, decay;
  long long known;
  char whole;
} Step;

static void step_free(Step *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject *owned[] = {self->names, self->number, self->loss, self->validation_loss, self->examples, self->learning_rate, self->tracked,
                       self->sketches, self->square, self->theta, self->packing, self->grad_sketch, self->failure};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) Py_XDECREF(owned[i]);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyObject *or_none(PyObject *value) { return value ? value : Py_None; }

static PyObject *step_message(Step *self, PyObject *none) {
  (void)none;
  if (self->failure && self->failure != Py_None) {
    PyErr_SetObject((PyObject *)Py_TYPE(self->failure), self->failure);
    return NULL;
  }
  long long examples = self->known;
  if (self->examples && self->examples != Py_None) {
    examples = PyLong_AsLongLong(self->examples);
    if (examples == -1 && PyErr_Occurred()) return NULL;
    if (examples < 0) examples = 0;
  }
  if (!self->tracked && !(self->tracked = PyDict_New())) return NULL;
  return thermograd_event(self->names, self->number, self->time, or_none(self->loss), or_none(self->validation_loss), self->learning_rate, examples,
                 or_none(self->square), self->sketches, or_none(self->theta), self->decay, self->tracked);
}

/* What follows from other steps is made, and these let go. */
static PyObject *step_fold(Step *self, PyObject *none) {
  (void)none;
  if (self->packing && self->theta) {
    PyObject *packed = PyObject_CallFunctionObjArgs(self->packing, self->theta, NULL);
    if (!packed) return NULL;
    Py_DECREF(self->theta);
    self->theta = packed;
    Py_CLEAR(self->packing);
    Py_CLEAR(self->grad_sketch);
  }
  Py_RETURN_NONE;
}

static PyObject *step_begin_transfer(Step *self, PyObject *none) {
  (void)self, (void)none; /* there is no other memory */
  Py_RETURN_NONE;
}

static PyObject *step_size(Step *self, PyObject *none) {
  (void)none;
  return PyLong_FromSsize_t(512 + PyBytes_Size(self->sketches) * (self->theta ? 2 : 1));
}

/* The attribute as a number; -1 where it is none. */
static long long number_of(PyObject *owner, PyObject *name) {
  PyObject *value = PyObject_GetAttr(owner, name);
  long long number = value && PyLong_Check(value) ? PyLong_AsLongLong(value) : -1;
  Py_XDECREF(value);
  return number;
}

/* The examples of a step that was one pass, where nothing has changed gradients since: what chunks.Chunks notes before a pass whose
   end nobody waits for, against what the gradient that it reached first is now. 0 where it was not, or nobody knows. */
static long long single_pass(PyObject *const *names, PyObject *chunks) {
  long long examples = 0;
  PyObject *first = NULL, *grad = NULL, *under_way = PyObject_GetAttr(chunks, names[NAME__under_way]);
  if (under_way && PyTuple_Check(under_way) && PyTuple_Size(under_way) == 2 &&
      thermograd_attribute_is(chunks, names[NAME__missed], Py_False) && thermograd_attribute_is(chunks, names[NAME__noted], Py_None) &&
      thermograd_attribute_is(chunks, names[NAME__total], Py_None) && (first = PyObject_GetAttr(chunks, names[NAME__first])) &&
      (grad = PyObject_GetAttr(first, names[NAME_grad])) && grad != Py_None) {
    PyObject *before = PyTuple_GetItem(under_way, 0), *known = PyTuple_GetItem(under_way, 1);
    long long made;
    int same = 1; /* the tensor that was there before */
    if (PyTuple_Check(before) && PyTuple_Size(before) == 2) {
      same = PyLong_AsVoidPtr(PyTuple_GetItem(before, 0)) == (void *)grad;
      made = 1 + PyLong_AsLongLong(PyTuple_GetItem(before, 1));
    } else
      made = number_of(chunks, names[NAME__fresh]);
    if (same && made >= 0 && number_of(grad, names[NAME__version]) == made && PyLong_Check(known)) examples = PyLong_AsLongLong(known);
  }
  Py_XDECREF(under_way);
  Py_XDECREF(first);
  Py_XDECREF(grad);
  return examples;
}

/* Their note is used up. */
static int take_pass(PyObject *const *names, PyObject *chunks) {
  PyObject *zero = PyLong_FromLong(0);
  int failed = !zero || PyObject_SetAttr(chunks, names[NAME__under_way], Py_None) || PyObject_SetAttr(chunks, names[NAME__examples], Py_None) ||
               PyObject_SetAttr(chunks, names[NAME__forwards], zero);
  Py_XDECREF(zero);
  return failed ? -1 : 0;
}

static double now(void) {
  struct timespec at;
  timespec_get(&at, TIME_UTC);
  return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

/* Step.look((looker, optimizer, parameters, frozen, count, chunks, adds_decay, both, names), number): a Step; None where it is not
   such a one, or torch is needed, and nothing has changed. */
static PyObject *step_look(PyTypeObject *type, PyObject *args) {
  PyObject *what, *number, *read, *optimizer, *parameters, *frozen, *chunks, *run, *sketches = NULL;
  Py_ssize_t count;
  int adds_decay, both, whole;
  if (!PyArg_ParseTuple(args, "O!O", &PyTuple_Type, &what, &number) ||
      !PyArg_ParseTuple(what, "OOO!O!nOppS", &read, &optimizer, &PyTuple_Type, &parameters, &PyTuple_Type, &frozen, &count, &chunks,
                        &adds_decay, &both, &run))
    return NULL;
  Looker *looker = thermograd_looker_of(read);
  if (!looker) return NULL;
  PyObject *const *names = looker->names;
  PyObject *groups = PyObject_GetAttr(optimizer, names[NAME_param_groups]);
  if (!groups) return NULL;
  /* Held, since asking tensors may run anybody's code. */
  PyObject *group = PyList_Check(groups) && PyList_Size(groups) == 1 ? PyList_GetItem(groups, 0) : NULL;
  PyObject *rate = group && PyDict_Check(group) ? PyDict_GetItemWithError(group, names[NAME_lr]) : NULL;
  Py_XINCREF(group);
  Py_XINCREF(rate);
  Py_DECREF(groups);
  Step *step = NULL;
  if (!rate || !PyFloat_CheckExact(rate)) goto done;
  PyObject *params = PyDict_GetItemWithError(group, names[NAME_params]);
  PyObject *decays = adds_decay ? PyDict_GetItemWithError(group, names[NAME_weight_decay]) : NULL;
  if (!params || !PyList_Check(params) || PyList_Size(params) != count) goto done;
  double decay = decays ? PyFloat_AsDouble(decays) : 0, square;
  if (PyErr_Occurred() || (decay != 0 && !both)) goto done;
  for (Py_ssize_t i = 0; i < PyTuple_Size(frozen); i++)
    if (!thermograd_attribute_is(PyTuple_GetItem(frozen, i), names[NAME_requires_grad], Py_False)) goto done;
  long long examples = single_pass(names, chunks);
  if (examples <= 0 || PyErr_Occurred()) goto done;
  sketches = thermograd_sketches(looker, parameters, both, &square, &whole);
  if (sketches && !take_pass(names, chunks) && (step = (Step *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0))) {
    Py_INCREF(step->names = run);
    Py_INCREF(step->number = number);
    Py_INCREF(step->learning_rate = rate);
    Py_INCREF(step->sketches = sketches);
    step->time = now();
    step->decay = decay;
    step->known = examples;
    step->whole = (char)whole;
    step->tracked = PyDict_New();
    step->square = decay == 0 ? PyFloat_FromDouble(square) : NULL;
    if (!step->tracked || (decay == 0 && !step->square)) Py_CLEAR(step);
  }
done:
  Py_XDECREF(group);
  Py_XDECREF(rate);
  Py_XDECREF(sketches);
  if (step) return (PyObject *)step;
  if (PyErr_Occurred()) return NULL;
  Py_RETURN_NONE;
}

static PyObject *step_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)type, (void)args, (void)kwargs;
  PyErr_SetString(PyExc_TypeError, "a Step is made by Step.look");
  return NULL;
}

static PyMemberDef STEP_MEMBERS[] = {
    {"step", T_OBJECT, offsetof(Step, number), READONLY, NULL},
    {"time", T_DOUBLE, offsetof(Step, time), 0, NULL},
    {"loss", T_OBJECT, offsetof(Step, loss), 0, NULL},
    {"validation_loss", T_OBJECT, offsetof(Step, validation_loss), 0, NULL},
    {"examples", T_OBJECT, offsetof(Step, examples), 0, NULL},
    {"learning_rate", T_OBJECT, offsetof(Step, learning_rate), READONLY, NULL},
    {"tracked", T_OBJECT, offsetof(Step, tracked), READONLY, NULL},
    {"sketches", T_OBJECT, offsetof(Step, sketches), READONLY, NULL},
    {"whole", T_BOOL, offsetof(Step, whole), READONLY, NULL},
    {"theta", T_OBJECT, offsetof(Step, theta), 0, NULL},
    {"packing", T_OBJECT, offsetof(Step, packing), 0, NULL},
    {"grad_sketch", T_OBJECT, offsetof(Step, grad_sketch), 0, NULL},
    {"found_inf", T_OBJECT, offsetof(Step, found_inf), READONLY, NULL}, /* None: a loss scaler's */
    {"failure", T_OBJECT, offsetof(Step, failure), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyMethodDef STEP_METHODS[] = {
    {"look", (PyCFunction)(void (*)(void))step_look, METH_VARARGS | METH_CLASS, NULL},
    {"message", (PyCFunction)(void (*)(void))step_message, METH_NOARGS, NULL},
    {"fold", (PyCFunction)(void (*)(void))step_fold, METH_NOARGS, NULL},
    {"begin_transfer", (PyCFunction)(void (*)(void))step_begin_transfer, METH_NOARGS, NULL},
    {"size", (PyCFunction)(void (*)(void))step_size, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot STEP_SLOTS[] = {
    {Py_tp_new, (void *)step_new},
    {Py_tp_dealloc, (void *)step_free},
    {Py_tp_members, (void *)STEP_MEMBERS},
    {Py_tp_methods, (void *)STEP_METHODS},
    {0, NULL},
};

PyType_Spec thermograd_step = {"thermograd.native._step.Step", sizeof(Step), 0, Py_TPFLAGS_DEFAULT, STEP_SLOTS};
