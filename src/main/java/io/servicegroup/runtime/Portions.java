package io.servicegroup.runtime;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Many things, a few at a time: nothing remote answers ten thousand questions at once. */
public final class Portions {

  private Portions() {}

  /**
   * Divides.
   *
   * @param all what is divided; empty is allowed
   * @param most so many are in a portion, at least 1
   * @return all in their order, the last portion possibly smaller; none where there is nothing
   */
  public static <T> List<List<T>> of(Collection<T> all, int most) {
    List<T> each = List.copyOf(all);
    List<List<T>> portions = new ArrayList<>();
    for (int from = 0; from < each.size(); from += most) {
      portions.add(each.subList(from, Math.min(each.size(), from + most)));
    }
    return portions;
  }

  /**
   * Does something with one portion after the other.
   *
   * @param all what is divided; empty is allowed
   * @param most so many are in a portion, at least 1
   * @param work is called again when what it returned has succeeded
   * @return done with all; fails with the first failure, after which nothing more is begun
   */
  public static <T> Future<Void> inTurn(
      Collection<T> all, int most, Function<List<T>, Future<?>> work) {
    Future<Void> done = Future.succeededFuture();
    for (List<T> portion : of(all, most)) {
      done = done.compose(before -> work.apply(portion).mapEmpty());
    }
    return done;
  }
}
