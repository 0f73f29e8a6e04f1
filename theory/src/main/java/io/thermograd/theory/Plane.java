package io.thermograd.theory;

/** A real function of two variables. */
@FunctionalInterface
public interface Plane {
  double at(double x, double y);
}
