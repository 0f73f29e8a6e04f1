package io.thermograd.agent.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** DJL's interfaces without an engine behind them, as far as a listener needs them. */
final class FakeTensors {
  /** Gradients handed out and not closed yet. */
  final AtomicInteger open = new AtomicInteger();

  /** A tensor; {@code gradient} may be changed by the test between steps. */
  NDArray array(float[] values, float @Nullable [][] gradient) {
    return (NDArray)
        Proxy.newProxyInstance(
            NDArray.class.getClassLoader(),
            new Class<?>[] {NDArray.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "toFloatArray" -> values.clone();
                  case "size" -> (long) values.length;
                  case "getShape" -> new Shape(values.length);
                  case "hasGradient" -> gradient != null;
                  case "getGradient" -> {
                    open.incrementAndGet();
                    if (gradient == null) {
                      throw new IllegalStateException("no gradient");
                    }
                    yield array(gradient[0], null);
                  }
                  case "close" -> {
                    open.decrementAndGet();
                    yield null;
                  }
                  case "setName" -> null;
                  case "toString" -> "array";
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  static Parameter parameter(String name, NDArray array, boolean trains) {
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(Parameter.Type.OTHER)
            .optRequiresGrad(trains)
            .build();
    parameter.setArray(array);
    return parameter;
  }

  static Block block(List<Parameter> parameters) {
    ParameterList list = new ParameterList();
    parameters.forEach(p -> list.add(p.getName(), p));
    Map<String, Object> answers = Map.of("getParameters", list);
    return (Block)
        Proxy.newProxyInstance(
            Block.class.getClassLoader(),
            new Class<?>[] {Block.class},
            (proxy, method, arguments) -> {
              Object answer = answers.get(method.getName());
              if (answer == null) {
                throw new UnsupportedOperationException(method.toString());
              }
              return answer;
            });
  }
}
