package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Sightings;
import io.vertx.core.Vertx;

/**
 * The greatest generation that this agent has seen, in the catalogue or in a backend. The
 * incarnations that it begins get greater ones, even where the catalogue came back older.
 *
 * <p>Not thread-safe.
 */
final class NewestGeneration {

  private final Vertx vertx;
  private boolean listening;
  private long newest;

  NewestGeneration(Vertx vertx) {
    this.vertx = vertx;
  }

  /** Returns the greatest generation; 0 where none was seen. */
  long get() {
    return newest;
  }

  /** Takes in an incarnation of any member; null for none. */
  void saw(Incarnation incarnation) {
    if (incarnation != null) {
      newest = Math.max(newest, incarnation.generation());
    }
  }

  /**
   * Counts the incarnations that backends show as well from now on. An agent that serves no member
   * need not listen to them.
   */
  void listenToBackends() {
    if (!listening) {
      listening = true;
      Topics.SIGHTINGS.consume(vertx, this::sighted);
    }
  }

  private void sighted(Sightings seen) {
    seen.beats().forEach(beat -> saw(beat.incarnation()));
    seen.held().forEach(beat -> saw(beat.incarnation()));
    seen.gone().forEach(absence -> saw(absence.incarnation()));
  }
}
