package io.thermograd.agent;

import io.thermograd.wire.EventRules;
import io.thermograd.wire.Vectors;
import io.thermograd.wire.proto.RunStarted;
import io.thermograd.wire.proto.Vector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Sketches of the parts of a gradient that belong to its layers, beside the {@link Sketcher} of the
 * whole: what {@code MicroBatch.layer_sketches} holds, for noise by layer. Layer l of n_l elements
 * is {@code Sketcher.of(n_l, dim, seed)} of its own elements, counted from 0: sent whole where n_l
 * ≤ dim. The Python agent splits, orders and seeds them alike.
 *
 * <p>Opt-in: a run sends layer sketches in every micro-batch, and says so in RunStarted ({@link
 * #announce}), or in none. Non-finite elements reach the sketch of their layer. Cost: one more pass
 * over the layers' elements. Not thread-safe: one a thread.
 */
public final class LayerSketcher {
  private static final int MAX_NAME = 200;

  /**
   * A named range of the vector.
   *
   * @param name as the run's readers see it, at most 200 characters
   * @param offset of its first element
   * @param length elements, at least 1
   */
  public record Layer(String name, long offset, long length) {
    public Layer {
      if (name.isBlank() || name.length() > MAX_NAME) {
        throw new IllegalArgumentException(
            "layer name should have 1 to %d characters, not all blank: was '%s'"
                .formatted(MAX_NAME, name));
      }
      if (offset < 0) {
        throw new IllegalArgumentException(
            "offset of layer '%s' should be at least 0: was %d".formatted(name, offset));
      }
      if (length < 1 || length > Long.MAX_VALUE - offset) {
        throw new IllegalArgumentException(
            "length of layer '%s' should be at least 1, and its end a long: was %d from %d"
                .formatted(name, length, offset));
      }
    }

    long end() {
      return offset + length;
    }
  }

  private final long parameterCount;
  private final int dim;
  private final List<Layer> layers;
  private final List<Sketcher> sketchers;
  private final List<float[]> targets;
  private boolean open;
  private long accepted;
  private int at;

  private LayerSketcher(long parameterCount, List<Layer> layers, int dim, long seed) {
    FoldSpec.requireDim("layer_sketch_dim", dim);
    if (layers.isEmpty() || layers.size() > EventRules.MAX_SKETCHED_LAYERS) {
      throw new IllegalArgumentException(
          "layers should be 1 to %d: were %d; group them, or send no layer sketches"
              .formatted(EventRules.MAX_SKETCHED_LAYERS, layers.size()));
    }
    requireApart(parameterCount, layers);
    this.parameterCount = parameterCount;
    this.dim = dim;
    this.layers = List.copyOf(layers);
    this.sketchers = layers.stream().map(l -> Sketcher.of(l.length, dim, seed)).toList();
    this.targets = sketchers.stream().map(s -> new float[s.dim()]).toList();
  }

  private static void requireApart(long parameterCount, List<Layer> layers) {
    Set<String> names = new HashSet<>();
    long end = 0;
    for (Layer layer : layers) {
      if (!names.add(layer.name)) {
        throw new IllegalArgumentException(
            "layer names should differ: '%s' is there twice".formatted(layer.name));
      }
      if (layer.offset < end || layer.end() > parameterCount) {
        throw new IllegalArgumentException(
            "layer '%s' should lie from %d to parameterCount %d, behind the layer before: was %d to %d"
                .formatted(layer.name, end, parameterCount, layer.offset, layer.end()));
      }
      end = layer.end();
    }
  }

  /**
   * A sketcher of the layers of vectors of {@code parameterCount} elements.
   *
   * @param layers 1 to 64, in the order of their elements, none of which is in two; what is in none
   *     is left out
   * @param dim the most floats of a layer's sketch: a power of two from 256 to 1048576
   * @param seed of the whole's sketcher
   * @throws IllegalArgumentException where these are not as they should be
   */
  public static LayerSketcher of(long parameterCount, List<Layer> layers, int dim, long seed) {
    return new LayerSketcher(parameterCount, layers, dim, seed);
  }

  /** Names the layers, and the most floats of a sketch, in what announces the run. */
  public RunStarted.Builder announce(RunStarted.Builder started) {
    return started
        .clearLayerNames()
        .addAllLayerNames(layers.stream().map(Layer::name).toList())
        .setLayerSketchDim(dim);
  }

  /** The sketches of a whole vector of P elements, one a layer. */
  public List<Vector> sketch(float[] x) {
    reset();
    accept(x, 0, x.length);
    return finish();
  }

  /** Begins a vector that comes in pieces. */
  public void reset() {
    for (int l = 0; l < sketchers.size(); l++) {
      sketchers.get(l).reset(targets.get(l));
    }
    open = true;
    accepted = 0;
    at = 0;
  }

  /** Appends a whole tensor to the vector begun by {@link #reset}. */
  public void accept(float[] x) {
    accept(x, 0, x.length);
  }

  /** Appends {@code length} elements; however a vector is cut up, the bits are the same. */
  public void accept(float[] x, int from, int length) {
    if (!open) {
      throw new IllegalStateException("no vector is begun: call reset() first");
    }
    Objects.checkFromIndexSize(from, length, x.length);
    if (length > parameterCount - accepted) {
      throw new IllegalArgumentException(
          "the vector should have parameterCount %d elements: got %d"
              .formatted(parameterCount, accepted + length));
    }
    long end = accepted + length;
    while (at < layers.size() && layers.get(at).offset < end) {
      Layer layer = layers.get(at);
      long first = Math.max(accepted, layer.offset);
      long last = Math.min(end, layer.end());
      sketchers.get(at).accept(x, from + (int) (first - accepted), (int) (last - first));
      if (layer.end() > end) {
        break;
      }
      at++;
    }
    accepted = end;
  }

  /** Completes the vector: a sketch a layer, for {@code MicroBatch.layer_sketches}. */
  public List<Vector> finish() {
    if (!open || accepted != parameterCount) {
      throw new IllegalStateException(
          "the vector should have parameterCount %d elements before finish(): had %d"
              .formatted(parameterCount, accepted));
    }
    open = false;
    List<Vector> sketches = new ArrayList<>(layers.size());
    for (int l = 0; l < sketchers.size(); l++) {
      sketchers.get(l).finish();
      sketches.add(Vectors.float32(targets.get(l)));
    }
    return sketches;
  }
}
