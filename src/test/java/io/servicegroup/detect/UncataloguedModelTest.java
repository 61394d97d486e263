package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.DOWN_TIME;
import static io.servicegroup.detect.Evaluation.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Status;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A member without a row against the rules as they are written down, in random histories. */
class UncataloguedModelTest {

  private static final long HOUR = 3_600_000;

  enum Act {
    NOTHING,
    BEAT_OF_OURS,
    HOLD,
    UNHOLD,
    EXPIRE,
    LEAVE,
    DELETE
  }

  record Step(long millis, boolean outage, Act act) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Long> pause =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(9, Arbitraries.longs().between(1, 9_000)),
            net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(HOUR / 2, HOUR)));
    Arbitrary<Boolean> outage = Arbitraries.integers().between(1, 10).map(n -> n == 1);
    return Combinators.combine(pause, outage, Arbitraries.of(Act.class))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(60);
  }

  private Status status;
  private boolean held;
  private long from;
  private long graceUntil;

  /** An absence that was said already says nothing when it is repeated. */
  private Cause said;

  @Property(tries = 1_000)
  void agreesWithTheModel(@ForAll("histories") List<Step> history) {
    Evaluation evaluation = Evaluation.of("zk");
    evaluation.look("zk", 0).told();
    status = null;
    held = false;
    said = null;
    graceUntil = DOWN_TIME;
    long clock = 0;
    for (Step step : history) {
      boolean fell = step.outage() && clock > 0;
      clock = fell ? 0 : clock + step.millis();
      if (fell) {
        graceUntil = DOWN_TIME;
        from = 0;
        held = false;
      }
      Evaluation.Look look = evaluation.look("zk", clock);
      act(evaluation, look, step.act(), clock);
      look.told();
      pass(clock);
      Optional<Status> seen =
          evaluation.evaluator.snapshot(MemberFilter.ALL).members().stream()
              .peek(view -> assertThat(view.catalogued()).isFalse())
              .map(MemberView::verdict)
              .map(verdict -> verdict.status())
              .findFirst();
      assertThat(seen).isEqualTo(Optional.ofNullable(status));
    }
  }

  private void act(Evaluation evaluation, Evaluation.Look look, Act act, long clock) {
    switch (act) {
      case HOLD -> {
        look.held("t", 0, 0);
        status = Status.UP;
        held = true;
        said = null;
      }
      case UNHOLD -> {
        if (status == Status.UP) {
          look.beat("t", 0, 0);
          silent(clock, held);
        }
      }
      case EXPIRE -> {
        if (status != null) {
          look.gone("t", 0, 0, Cause.EXPIRED);
          if (clock >= graceUntil && said == null) {
            down(clock);
          }
          silent(clock, said == null);
          said = Cause.EXPIRED;
        }
      }
      case LEAVE -> {
        look.gone("t", 0, 0, Cause.LEFT);
        status = null;
      }
      case DELETE -> assertThat(evaluation.evaluator.deleted(id("t"), evaluation.now)).isEmpty();
      case BEAT_OF_OURS -> look.beat("other", 1, clock);
      case NOTHING -> {}
    }
  }

  private void silent(long clock, boolean news) {
    if (news && status == Status.UP) {
      from = clock;
      held = false;
    }
  }

  private void down(long clock) {
    status = status == null ? null : Status.DOWN;
    held = false;
    from = clock;
  }

  private void pass(long clock) {
    if (status == Status.UP && !held && clock - from >= DOWN_TIME) {
      down(clock);
    }
    if (status == Status.DOWN && clock - from >= HOUR) {
      status = null;
    }
  }
}
