package io.thermograd.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/** Maps in the order they are written down. */
final class Maps {
  private Maps() {}

  static <V> Map<String, V> ordered(String k1, V v1, String k2, V v2) {
    Map<String, V> map = new LinkedHashMap<>();
    map.put(k1, v1);
    map.put(k2, v2);
    return map;
  }

  static <V> Map<String, V> ordered(String k1, V v1, String k2, V v2, String k3, V v3) {
    Map<String, V> map = ordered(k1, v1, k2, v2);
    map.put(k3, v3);
    return map;
  }
}
