package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Sightings;
import io.vertx.core.Vertx;

/**
 * The greatest generation of all lives that this agent has seen, in the catalogue or in a backend:
 * those that it begins are to be newer, whatever the catalogue forgot.
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

  /** 0 where none was seen. */
  long get() {
    return newest;
  }

  /** A life that somebody lives or lived; null for none. */
  void saw(Incarnation incarnation) {
    if (incarnation != null) {
      newest = Math.max(newest, incarnation.generation());
    }
  }

  /** From here on what backends show counts as well; who serves no member need not listen. */
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
