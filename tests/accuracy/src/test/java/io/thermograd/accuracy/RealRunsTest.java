package io.thermograd.accuracy;

import io.thermograd.accuracy.jury.AlarmTally;
import io.thermograd.accuracy.jury.FlatTally;
import io.thermograd.accuracy.jury.Labels;
import io.thermograd.accuracy.jury.RealRuns;
import io.thermograd.accuracy.jury.RegimeScore;
import io.thermograd.accuracy.jury.Testimony;
import io.thermograd.accuracy.jury.Trial;
import io.thermograd.accuracy.peer.PeerRule;
import io.thermograd.wire.Regime;
import io.thermograd.wire.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Real PyTorch runs of 16 kinds, labelled in hindsight, before our detectors and the rules of
 * others: src/test/python/real_runs.py says what every label means. One seed of each kind; all five
 * with -Dthermograd.accuracy.scale=5.
 */
@ExtendWith(AccuracyTable.class)
class RealRunsTest {
  private static final int SEEDS = Math.min(5, Integer.getInteger("thermograd.accuracy.scale", 1));
  private static final Set<String> GROWTH = Set.of("loss_growth", "divergence", "non_finite");
  private static final Set<Regime> FLAT = PlateauDropTest.FLAT;
  private static final Set<Regime> LEFT = PlateauDropTest.LEFT;
  private static final String PAGES = "ours, critical";
  private static final List<Trial> TRIALS = new ArrayList<>();

  @BeforeAll
  static void judge() throws IOException {
    RealRuns.requirePython();
    TRIALS.clear();
    TRIALS.addAll(RealRuns.of(SEEDS).parallelStream().map(RealRunsTest::judge).toList());
  }

  private static Trial judge(RealRuns.Run run) {
    try {
      return Trial.of(run.recording(), run.labels());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void divergences() {
    SoftAssertions softly = new SoftAssertions();
    Map<String, Function<Trial, List<Long>>> rules = new LinkedHashMap<>();
    rules.put(PAGES, t -> t.ours().alarms(a -> a.severity() == Severity.CRITICAL));
    rules.put("ours, warning or critical", t -> t.ours().alarms(RealRunsTest::ofGrowth));
    for (String peer : PeerRule.growth().keySet()) {
      rules.put(peer, t -> said(t, peer).alarms(a -> true));
    }
    rules.forEach(
        (name, alarms) -> {
          AlarmTally all = tally(alarms, Trial::fatal, Trial::upheavals);
          AlarmTally spikes = tally(alarms, Trial::spikes, Trial::fatal);
          AlarmTally jumps = tally(alarms, Trial::jumps, Trial::fatal);
          AccuracyTable.note(
              "real runs, divergence: " + name,
              "%d runs, %,d quiet steps".formatted(TRIALS.size(), all.quietSteps()),
              "recall %s, precision %s; median delay 1.5×: %s, 1.05×: %s, 1.005×: %s, NaN: %s; false %s; fires in %s spikes that return, %s jumps"
                  .formatted(
                      all.recall(),
                      all.precision(),
                      delay(alarms, "divergence_1.5"),
                      delay(alarms, "divergence_1.05"),
                      delay(alarms, "divergence_1.005"),
                      delay(alarms, "nan"),
                      all.falseRate(),
                      spikes.recall(),
                      jumps.recall()));
          if (name.equals(PAGES)) {
            AccuracyTable.add(
                softly,
                "real runs, divergence, ours",
                "critical alerts",
                "all found, none false, none of a spike that returns",
                "%s, %d, %d".formatted(all.recall(), all.falseAlarms(), spikes.found()),
                all.found() == all.events() && all.falseAlarms() == 0 && spikes.found() == 0);
          }
        });
    tenfold();
    softly.assertAll();
  }

  /** Whether the first alarm comes before the noiseless loss has grown tenfold for good. */
  private static void tenfold() {
    Map<String, int[]> intime = new TreeMap<>();
    for (Trial trial : TRIALS) {
      OptionalLong start = trial.labels().first("divergence");
      OptionalLong late = trial.labels().first("tenfold");
      if (start.isEmpty() || late.isEmpty()) {
        continue;
      }
      Map<String, List<Long>> alarms = new LinkedHashMap<>();
      alarms.put("ours", trial.ours().alarms(RealRunsTest::ofGrowth));
      PeerRule.growth().keySet().forEach(p -> alarms.put(p, said(trial, p).alarms(a -> true)));
      alarms.forEach(
          (name, steps) -> {
            int[] count = intime.computeIfAbsent(name, n -> new int[2]);
            count[1]++;
            count[0] +=
                steps.stream().anyMatch(s -> s >= start.getAsLong() && s <= late.getAsLong())
                    ? 1
                    : 0;
          });
    }
    intime.forEach(
        (name, count) ->
            AccuracyTable.note(
                "real runs, divergence before tenfold",
                name,
                "%d of %d".formatted(count[0], count[1])));
  }

  @Test
  void flatLosses() {
    Map<String, BiConsumer<FlatTally, Trial>> rules = new LinkedHashMap<>();
    rules.put(
        "ours",
        (tally, t) ->
            tally.add(t.labels(), t.ours().entries(FLAT), from -> t.ours().first(from, FLAT)));
    for (String peer : PeerRule.flatness().keySet()) {
      rules.put(peer, (tally, t) -> tally.add(t.labels(), said(t, peer).alarms(a -> true)));
    }
    rules.forEach(
        (name, rule) -> {
          FlatTally tally = new FlatTally();
          TRIALS.forEach(t -> rule.accept(tally, t));
          AccuracyTable.note(
              "real runs, flat loss: " + name,
              "%d runs, %,d descending steps".formatted(TRIALS.size(), tally.descendingSteps()),
              tally.toString());
        });
  }

  @Test
  void regimes() {
    Map<String, RegimeScore> kinds = new TreeMap<>();
    RegimeScore all = new RegimeScore();
    for (Trial trial : TRIALS) {
      RegimeScore score = new RegimeScore();
      score.add(trial.labels(), trial.ours());
      all.add(score);
      kinds.computeIfAbsent(trial.labels().kind(), k -> new RegimeScore()).add(score);
    }
    kinds.forEach(
        (kind, score) ->
            AccuracyTable.aim(
                "real runs, regime",
                kind,
                "95 % of steps",
                "%.1f %% of %,d: %s"
                    .formatted(100 * score.accuracy(), score.steps(), score.confusion()),
                score.accuracy() >= 0.95));
    AccuracyTable.aim(
        "real runs, regime, all",
        "%d runs".formatted(TRIALS.size()),
        "95 % of steps",
        "%.1f %% of %,d".formatted(100 * all.accuracy(), all.steps()),
        all.accuracy() >= 0.95);
  }

  @Test
  void plateauAndDrop() {
    SoftAssertions softly = new SoftAssertions();
    List<PlateauDropTest.Delays> runs = new ArrayList<>();
    for (Trial trial : TRIALS) {
      Labels labels = trial.labels();
      if (labels.kind().equals("plateau_drop") && labels.first("plateau").isPresent()) {
        long plateau = labels.first("plateau").getAsLong();
        long drop = labels.first("drop").getAsLong();
        runs.add(
            new PlateauDropTest.Delays(
                PlateauDropTest.after(trial.ours().first(plateau, FLAT), plateau),
                PlateauDropTest.after(trial.ours().first(drop, LEFT), drop),
                labels.memory()));
      }
    }
    PlateauDropTest.report(
        softly, "real runs, plateau then drop", "%d runs".formatted(runs.size()), runs);
    softly.assertAll();
  }

  @Test
  void overlays() {
    overlay("edge_of_stability", "edge");
    overlay("trapped", "trapped");
  }

  private static void overlay(String overlay, String event) {
    List<String> delays = new ArrayList<>();
    long said = 0;
    long labelled = 0;
    long wrong = 0;
    long elsewhere = 0;
    for (Trial trial : TRIALS) {
      Labels labels = trial.labels();
      OptionalLong from = labels.first(event);
      if (from.isPresent()) {
        delays.add(after(trial.ours().firstOverlay(overlay, from.getAsLong()), labels, event));
      }
      for (long step = 0; step < labels.steps(); step++) {
        boolean now = trial.ours().overlayAt(overlay, step);
        if (labels.overlayAt(overlay, step)) {
          labelled++;
          said += now ? 1 : 0;
        } else {
          elsewhere++;
          wrong += now ? 1 : 0;
        }
      }
    }
    AccuracyTable.note(
        "real runs, overlay " + overlay,
        "ours",
        "delays %s; said in %.1f %% of %,d steps where it holds, and in %.2f %% of the others"
            .formatted(
                delays,
                100.0 * said / Math.max(1, labelled),
                labelled,
                100.0 * wrong / Math.max(1, elsewhere)));
  }

  private static String after(OptionalLong step, Labels labels, String event) {
    return step.isEmpty()
        ? "never"
        : String.valueOf(step.getAsLong() - labels.first(event).getAsLong());
  }

  private static AlarmTally tally(
      Function<Trial, List<Long>> alarms,
      Function<Trial, List<AlarmTally.Stretch>> wanted,
      Function<Trial, List<AlarmTally.Stretch>> unjudged) {
    AlarmTally tally = new AlarmTally();
    for (Trial trial : TRIALS) {
      tally.add(
          alarms.apply(trial), wanted.apply(trial), unjudged.apply(trial), trial.labels().steps());
    }
    return tally;
  }

  private static String delay(Function<Trial, List<Long>> alarms, String kind) {
    return tally(
            alarms,
            t -> t.labels().kind().equals(kind) ? t.fatal() : List.of(),
            t -> t.labels().kind().equals(kind) ? List.of() : t.fatal())
        .delay();
  }

  private static boolean ofGrowth(Testimony.Alarm alarm) {
    return GROWTH.contains(alarm.kind()) && alarm.severity().compareTo(Severity.WARNING) >= 0;
  }

  private static Testimony said(Trial trial, String peer) {
    return Objects.requireNonNull(trial.peers().get(peer), peer);
  }
}
