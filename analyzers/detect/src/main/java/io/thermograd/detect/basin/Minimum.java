package io.thermograd.detect.basin;

import io.thermograd.estimate.numeric.StateArrays;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where a basin is lowest.
 *
 * @param floor U there
 * @param pass U at the lowest pass out of the basin, infinite where there is none
 * @param at y there
 * @param shape of the loss around it
 */
@SuppressWarnings("ArrayRecordComponent") // of one chart, never compared
record Minimum(double floor, double pass, double[] at, Shape shape) {
  /** The core is below half of the pass's height. */
  double core() {
    return floor + 0.5 * (pass - floor);
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeDouble(floor);
    out.writeDouble(pass);
    StateArrays.write(out, at);
    shape.writeTo(out);
  }

  static Minimum readFrom(DataInput in, int dims) throws IOException {
    double floor = in.readDouble();
    double pass = in.readDouble();
    double[] at = new double[dims];
    StateArrays.read(in, at);
    return new Minimum(floor, pass, at, Shape.readFrom(in));
  }
}
