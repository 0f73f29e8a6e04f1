package io.thermograd.detect.regime;

import io.thermograd.detect.stationarity.Standing.Equilibrium;
import io.thermograd.wire.Regime;
import java.util.Optional;

/**
 * What a run is doing. One at a time; each knows since when, and where it may lead.
 *
 * <pre>
 *                  falls                        flat, and θ still goes somewhere
 *  ┌───────────┐ ───────► ┌────────────┐ ───────────────► ┌─────────┐
 *  │ WarmingUp │          │ Descending │ ◄─────────────── │ Plateau │
 *  └───────────┘          └────────────┘       falls      └─────────┘
 *        │                   │      ▲                       │     ▲
 *        │                   │ flat, fluctuation and        │     │
 *        │ rises, or flat    │ dissipation balance   falls  │     │ balance lost
 *        │ and no θ sent     ▼      │                       ▼     │
 *        │                ┌────────────┐    balance     ────┘     │
 *        │                │ Stationary │ ◄────────────────────────┘
 *        ▼                └────────────┘
 *   ┌───────────┐
 *   │ Undecided │   from and to each of the four above
 *   └───────────┘
 *
 *  any of them ── the loss jumps ──────────► Spike ────── back, or a new level ──► as the loss says
 *  any of them ── another basin's core ────► Transition ─ settled ──────────────► as the loss says
 *  any at all ─── runs away, not finite ───► Diverging ── over ─────────────────► as the loss says
 * </pre>
 *
 * <p>A calm state (the upper five) holds until the loss decides otherwise: a drift that is neither
 * significant nor equivalent to none changes nothing. That is the hysteresis, and its time is that
 * of the windows that decide, which come from the loss's autocorrelation time.
 */
public sealed interface RegimeState
    permits RegimeState.WarmingUp,
        RegimeState.Descending,
        RegimeState.Plateau,
        RegimeState.Stationary,
        RegimeState.Undecided,
        RegimeState.Spike,
        RegimeState.Transition,
        RegimeState.Diverging {
  /** Losses before anything is said. */
  int SHORTEST_WARM_UP = 20;

  /** Losses after which a run that shows nothing is no longer called warming up. */
  int LONGEST_WARM_UP = 1024;

  /** First step of it. */
  long since();

  /** For the outside; empty where none is identified. */
  Optional<Regime> regime();

  /** The state after a step: this one, or one that it leads to. */
  RegimeState next(Signs signs);

  /** Too few steps. */
  record WarmingUp(long since) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.WARMING_UP);
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this || s.losses() < SHORTEST_WARM_UP ? upset : calm(this, s);
    }
  }

  /** The loss falls. */
  record Descending(long since) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.DESCENDING);
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this ? upset : calm(this, s);
    }
  }

  /** The loss is flat, and the parameters still go somewhere. */
  record Plateau(long since) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.PLATEAU);
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this ? upset : calm(this, s);
    }
  }

  /** Thermal equilibrium: the loss is flat, fluctuation and dissipation balance. */
  record Stationary(long since) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.STATIONARY);
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this ? upset : calm(this, s);
    }
  }

  /**
   * None of these is identified.
   *
   * @param before the state that it came from, another one
   */
  record Undecided(long since, Reason reason, RegimeState before) implements RegimeState {
    /** Why. */
    public enum Reason {
      /** The loss rises, slower than a divergence does. */
      RISING,
      /** The loss is flat, and no parameters are sent to tell a plateau from equilibrium. */
      UNTESTED,
      /** The loss neither moves significantly nor is it known to be flat. */
      NEITHER
    }

    @Override
    public Optional<Regime> regime() {
      return Optional.empty();
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this ? upset : calm(this, s);
    }
  }

  /**
   * The loss has jumped up, and is expected back.
   *
   * @param before the calm state that it left
   */
  record Spike(long since, RegimeState before) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.SPIKE);
    }

    @Override
    public RegimeState next(Signs s) {
      if (s.broken() || s.diverging() || s.runaway()) {
        return new Diverging(since, before);
      }
      return s.growing() || s.jumped() ? this : calm(before, s);
    }
  }

  /**
   * The run has gone over into another basin.
   *
   * @param until it counts as arrived
   * @param before the calm state that it left
   */
  record Transition(long since, long until, RegimeState before) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.TRANSITION);
    }

    @Override
    public RegimeState next(Signs s) {
      RegimeState upset = upset(this, s);
      return upset != this || s.step() < until ? upset : calm(before, s);
    }
  }

  /**
   * The loss runs away, or is not finite.
   *
   * @param before the calm state that it left
   */
  record Diverging(long since, RegimeState before) implements RegimeState {
    @Override
    public Optional<Regime> regime() {
      return Optional.of(Regime.DIVERGING);
    }

    @Override
    public RegimeState next(Signs s) {
      if (s.broken() || s.diverging() || s.growing()) {
        return this;
      }
      return s.jumped() ? new Spike(since, before) : calm(before, s);
    }
  }

  /** What overrides the drift of the loss; {@code now} where nothing does. */
  private static RegimeState upset(RegimeState now, Signs s) {
    if (s.broken() || s.diverging() || s.runaway()) {
      return new Diverging(s.step(), before(now, s));
    }
    if (s.growing() || s.jumped()) {
      return new Spike(s.step(), before(now, s));
    }
    return s.hopped()
        ? new Transition(s.step(), s.step() + (long) Math.ceil(s.settle()), before(now, s))
        : now;
  }

  private static RegimeState before(RegimeState now, Signs s) {
    // A rise that has only begun was the upset's own beginning.
    return now instanceof Transition t
        ? t.before
        : now instanceof Undecided u
                && u.reason == Undecided.Reason.RISING
                && s.step() - u.since <= s.settle()
            ? u.before
            : now;
  }

  /** What the drift of the loss says; {@code now}, a calm state, where it says nothing. */
  private static RegimeState calm(RegimeState now, Signs s) {
    return switch (s.drift()) {
      case FALLING -> now instanceof Descending ? now : new Descending(s.step());
      case RISING -> undecided(now, s, Undecided.Reason.RISING);
      case FLAT ->
          switch (s.equilibrium()) {
            case HOLDS -> now instanceof Stationary ? now : new Stationary(s.step());
            case FAILS -> now instanceof Plateau ? now : new Plateau(s.step());
            case UNKNOWN ->
                // It may still be found out; else it never is.
                s.tested() ? now : undecided(now, s, Undecided.Reason.UNTESTED);
          };
      case UNKNOWN, UNDECIDED -> {
        if (now instanceof Stationary && s.equilibrium() == Equilibrium.FAILS) {
          // Neither flat nor in balance: the descent that it seemed to have ended goes on.
          yield new Descending(s.step());
        }
        yield now instanceof WarmingUp && s.losses() >= LONGEST_WARM_UP
            ? undecided(now, s, Undecided.Reason.NEITHER)
            : now;
      }
    };
  }

  private static RegimeState undecided(RegimeState now, Signs s, Undecided.Reason reason) {
    return now instanceof Undecided u
        ? u.reason == reason ? now : new Undecided(s.step(), reason, u.before)
        : new Undecided(s.step(), reason, now);
  }
}
