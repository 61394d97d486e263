package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.DOWN_TIME;
import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The evaluator against a model that knows no queues: it scans every member at every step and
 * judges by the rules as they are written down. Random histories of beats, restarts, news, outages
 * and operators must leave both with the same verdicts.
 */
class EvaluatorModelTest {

  private static final int MEMBERS = 4;

  private long graceUntil;

  enum Act {
    BEAT,
    LATE_BEAT,
    HOLD,
    HOLD_AGAIN,
    UNHOLD,
    END,
    LATE_END,
    FAIL,
    JOIN,
    FORCE,
    CLEAR,
    DELETE;

    /** The catalogue speaks between messages; within one, ends come after all signs of life. */
    boolean endsAMessage() {
      return compareTo(UNHOLD) >= 0;
    }
  }

  record Step(long millis, boolean outage, List<Deed> deeds) {}

  record Deed(int member, Act act) {}

  /** The rules, one member at a time. */
  private static final class Model {
    int generation = 1;
    long count;
    long heardAt;
    boolean held;
    boolean ended;
    int seen;
    boolean known = true;
    boolean forced;
    boolean wasForced;
    Status vote = Status.UNKNOWN;

    void startAnew() {
      heardAt = 0;
      held = false;
    }

    boolean wasSeen() {
      return seen == generation;
    }

    Status verdict() {
      // Unknown is never returned to.
      return forced || (wasForced && vote == Status.UNKNOWN) ? Status.DOWN : vote;
    }
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Deed> deed =
        Combinators.combine(
                Arbitraries.integers().between(0, MEMBERS - 1),
                Arbitraries.frequencyOf(
                    net.jqwik.api.Tuple.of(12, Arbitraries.just(Act.BEAT)),
                    net.jqwik.api.Tuple.of(3, Arbitraries.just(Act.HOLD)),
                    net.jqwik.api.Tuple.of(9, Arbitraries.of(Act.class))))
            .as(Deed::new);
    Arbitrary<Long> pause = Arbitraries.longs().between(1, 9_000);
    Arbitrary<Boolean> outage = Arbitraries.of(true, false, false, false, false, false, false);
    return Combinators.combine(pause, outage, deed.list().ofMaxSize(5))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(80);
  }

  @Property(tries = 2_000)
  void agreesWithTheModel(@ForAll("histories") List<Step> history) {
    Evaluation evaluation = Evaluation.of("pg");
    graceUntil = DOWN_TIME;
    Map<Integer, Model> models = new TreeMap<>();
    evaluation.look("pg", 0).told();
    for (int i = 0; i < MEMBERS; i++) {
      models.put(i, new Model());
      evaluation.know(known(i, models.get(i)));
    }
    long clock = 0;
    for (Step step : history) {
      boolean fell = step.outage() && clock > 0;
      clock = fell ? 0 : clock + step.millis();
      if (fell) {
        graceUntil = DOWN_TIME;
        models.values().forEach(model -> model.startAnew());
      }
      Evaluation.Look look = evaluation.look("pg", clock);
      for (Deed deed : step.deeds()) {
        act(evaluation, look, models, deed, clock);
      }
      look.told();
      expire(models, clock);
      models.forEach((i, model) -> verify(evaluation, i, model));
    }
    verifyChanges(evaluation.changes);
  }

  private static io.servicegroup.model.Member known(int i, Model model) {
    return member("m" + i, model.generation, model.forced, "pg");
  }

  /** Catalogue events take effect at once, sightings when the message is complete. */
  private void act(
      Evaluation evaluation,
      Evaluation.Look look,
      Map<Integer, Model> models,
      Deed deed,
      long clock) {
    Model model = models.get(deed.member());
    String host = "m" + deed.member();
    if (!model.known && deed.act() != Act.JOIN) {
      return;
    }
    if (deed.act().endsAMessage()) {
      tell(look, models, clock);
    }
    switch (deed.act()) {
      case BEAT -> {
        model.count++;
        look.beat(host, model.generation, model.count);
        heard(model, clock);
      }
      case LATE_BEAT -> look.beat(host, model.generation - 1, model.count + 100);
      case HOLD -> {
        model.count++;
        look.held(host, model.generation, model.count);
        heard(model, clock);
        model.held = true;
        tell(look, models, clock);
      }
      case HOLD_AGAIN -> {
        look.held(host, model.generation, model.count);
        if (!(model.ended && model.wasSeen() && model.vote == Status.DOWN)) {
          heard(model, clock);
          model.held = true;
        }
        tell(look, models, clock);
      }
      case UNHOLD, END, LATE_END, FAIL -> {
        end(look, model, host, deed.act(), clock);
        tell(look, models, clock);
      }
      case JOIN -> join(evaluation, models, deed, clock);
      case FORCE, CLEAR -> {
        model.forced = deed.act() == Act.FORCE;
        model.wasForced |= model.forced;
        evaluation.know(known(deed.member(), model));
      }
      case DELETE -> {
        model.known = false;
        evaluation.delete(host);
      }
    }
  }

  private static void tell(Evaluation.Look look, Map<Integer, Model> models, long clock) {
    look.told();
    look.clear();
    expire(models, clock);
  }

  private void end(Evaluation.Look look, Model model, String host, Act act, long clock) {
    switch (act) {
      case UNHOLD -> {
        if (model.wasSeen()) {
          look.beat(host, model.generation, model.count);
          silentFromHere(model, model.held, clock);
        }
      }
      case LATE_END -> look.gone(host, model.generation - 1, model.count, Cause.SESSION_EXPIRED);
      case END -> {
        look.gone(host, model.generation, model.count, Cause.SESSION_EXPIRED);
        if (!model.ended && clock >= graceUntil) {
          down(model);
        }
        silentFromHere(model, !model.ended, clock);
        model.ended = true;
        model.seen = model.generation;
      }
      default -> {
        look.gone(host, model.generation, model.count, Cause.PROBE_FAILED);
        down(model);
        model.ended = false;
        model.seen = model.generation;
      }
    }
  }

  private static void silentFromHere(Model model, boolean news, long clock) {
    if (news && model.vote != Status.DOWN) {
      model.heardAt = clock;
      model.held = false;
    }
  }

  private static void down(Model model) {
    model.vote = Status.DOWN;
    model.held = false;
  }

  private void join(Evaluation evaluation, Map<Integer, Model> models, Deed deed, long clock) {
    Model model = models.get(deed.member());
    if (!model.known) {
      Model fresh = new Model();
      fresh.generation = model.generation + 1;
      fresh.heardAt = clock;
      models.put(deed.member(), fresh);
      evaluation.know(known(deed.member(), fresh));
    } else {
      model.generation++;
      model.ended = false;
      silentFromHere(model, model.held, clock);
      evaluation.know(known(deed.member(), model));
    }
  }

  private static void heard(Model model, long clock) {
    model.vote = Status.UP;
    model.heardAt = clock;
    model.held = false;
    model.ended = false;
    model.seen = model.generation;
  }

  private static void expire(Map<Integer, Model> models, long clock) {
    for (Model model : models.values()) {
      if (model.vote != Status.DOWN && !model.held && clock - model.heardAt >= DOWN_TIME) {
        model.vote = Status.DOWN;
      }
    }
  }

  private static void verify(Evaluation evaluation, int i, Model model) {
    if (model.known) {
      assertThat(evaluation.status("m" + i)).as("m" + i).isEqualTo(model.verdict());
    } else {
      assertThat(evaluation.evaluator.tracks(Evaluation.id("m" + i))).isFalse();
    }
  }

  /** Numbered without gaps; a member's changes follow from each other and never repeat. */
  private static void verifyChanges(List<StatusChange> changes) {
    Map<String, StatusChange> last = new HashMap<>();
    long seq = 0;
    for (StatusChange change : changes) {
      assertThat(change.seq()).isEqualTo(++seq);
      StatusChange before = last.put(change.id().host(), change);
      boolean begins = before == null || before.reason() == Reason.DELETED;
      if (!begins || change.previous() != Status.UNKNOWN) {
        assertThat(before).isNotNull();
        assertThat(change.previous()).isIn(before.status(), Status.UNKNOWN);
      }
      boolean restarted = change.reason() == Reason.RESTARTED;
      assertThat(change.status() == change.previous())
          .isEqualTo(restarted && change.previous() == Status.UP);
    }
  }
}
