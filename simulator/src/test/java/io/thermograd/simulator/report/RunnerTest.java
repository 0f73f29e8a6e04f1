package io.thermograd.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.thermograd.simulator.experiment.Experiment;
import io.thermograd.simulator.experiment.Findings;
import io.thermograd.simulator.experiment.Setting;
import io.thermograd.simulator.experiment.WorkerPool;
import io.thermograd.simulator.experiment.Workers;
import io.thermograd.simulator.report.Samples.Fake;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunnerTest {

  @Test
  void aBrokenExperimentCostsNoOtherItsResult() {
    Summary summary = run(Workers.inline(), new Recorded(), Samples.broken(), Samples.passing());
    assertThat(summary.outcomes()).hasSize(2);
    assertThat(summary.outcomes().get(0).error()).hasMessage("there is no minimum");
    assertThat(summary.outcomes().get(0).passed()).isFalse();
    assertThat(summary.outcomes().get(1).passed()).isTrue();
    assertThat(summary.passed()).isFalse();
    assertThat(summary.line()).isEqualTo("2 experiments: 5 of 5 requirements met, 1 broke off");
  }

  @Test
  void outcomesAreReadyInOrderWhateverEndsFirst() {
    CountDownLatch secondIsOver = new CountDownLatch(1);
    Experiment slow =
        new Fake(
            "slow",
            "",
            "",
            setting -> {
              try {
                secondIsOver.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return new Findings(List.of(), List.of(), List.of());
            });
    Recorded recorded =
        new Recorded() {
          @Override
          public void ended(Experiment experiment) {
            super.ended(experiment);
            secondIsOver.countDown();
          }
        };
    try (WorkerPool pool = new WorkerPool(2)) {
      run(pool, recorded, slow, Samples.passing());
    }
    assertThat(recorded.ended).containsExactly("escape", "slow");
    assertThat(recorded.ready).containsExactly("slow", "escape");
    assertThat(recorded.begun).containsExactlyInAnyOrder("slow", "escape");
  }

  @Test
  void secondsAreTheClocks() {
    Summary summary = run(Workers.inline(), new Recorded(), Samples.passing(), Samples.failing());
    // the clock of this test goes on by one second each time it is asked
    assertThat(summary.outcomes()).extracting(Outcome::seconds).containsExactly(1.0, 1.0);
    assertThat(summary.seconds()).isEqualTo(5);
  }

  static Summary run(Workers workers, Runner.Watcher watcher, Experiment... experiments) {
    AtomicLong seconds = new AtomicLong();
    return new Runner(
            new Setting(7, true, workers), watcher, () -> seconds.getAndIncrement() * 1_000_000_000)
        .run(List.of(experiments));
  }

  private static class Recorded implements Runner.Watcher {
    final List<String> begun = new ArrayList<>();
    final List<String> ended = new ArrayList<>();
    final List<String> ready = new ArrayList<>();

    @Override
    public void begun(Experiment experiment) {
      begun.add(experiment.name());
    }

    @Override
    public void ended(Experiment experiment) {
      ended.add(experiment.name());
    }

    @Override
    public void ready(Outcome outcome) {
      ready.add(outcome.experiment().name());
    }
  }
}
