package io.thermograd.estimate.step;

import io.thermograd.wire.Quantity;
import io.thermograd.wire.QuantityName;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what estimators publish; reads out in catalogue order. */
public final class QuantityList {
  private final EnumMap<QuantityName, Quantity> quantities = new EnumMap<>(QuantityName.class);
  private final EnumMap<QuantityName, List<Quantity>> vectors = new EnumMap<>(QuantityName.class);
  private final EnumMap<QuantityName, String> absent = new EnumMap<>(QuantityName.class);

  /** Publishes a quantity. */
  public void put(QuantityName name, Quantity quantity) {
    quantities.put(name, quantity);
  }

  /** Publishes an estimate with its interval; absent when a number of it is not finite. */
  public void put(QuantityName name, double value, double low, double high, String method) {
    if (Double.isFinite(value) && Double.isFinite(low) && Double.isFinite(high)) {
      put(name, Quantity.of(value, low, high, method));
    } else {
      absent(name, "its interval is not finite");
    }
  }

  /** Publishes a quantity of several elements. */
  public void put(QuantityName name, List<Quantity> elements) {
    vectors.put(name, List.copyOf(elements));
  }

  /** Says why a quantity, or its value, is not there. */
  public void absent(QuantityName name, String reason) {
    absent.put(name, reason);
  }

  /** Publishes a number that has no interval; absent with the reason when it is not finite. */
  public void putExact(QuantityName name, double value, String method) {
    if (Double.isFinite(value)) {
      put(name, Quantity.exact(value, method));
    } else {
      absent(name, "not finite at this step");
    }
  }

  /** By name in JSON. */
  public Map<String, Quantity> quantities() {
    Map<String, Quantity> out = new LinkedHashMap<>();
    quantities.forEach((name, quantity) -> out.put(name.id(), quantity));
    return out;
  }

  /** Elements by name in JSON. */
  public Map<String, List<Quantity>> vectors() {
    Map<String, List<Quantity>> out = new LinkedHashMap<>();
    vectors.forEach((name, elements) -> out.put(name.id(), elements));
    return out;
  }

  /** Reasons by name in JSON. */
  public Map<String, String> absent() {
    Map<String, String> out = new LinkedHashMap<>();
    absent.forEach((name, reason) -> out.put(name.id(), reason));
    return out;
  }
}
