package io.servicegroup.runtime;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * Divides many items into portions, because no remote service answers ten thousand questions at
 * once.
 */
public final class Portions {

  private Portions() {}

  /**
   * Divides items into portions.
   *
   * @param all the items; may be empty
   * @param most the size of a portion, at least 1
   * @return the portions in the items' order, the last one possibly smaller; none where there are
   *     no items
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
   * @param all the items; may be empty
   * @param most the size of a portion, at least 1
   * @param work called with the next portion when the future of the one before has succeeded
   * @return completes after all portions; fails with the first failure, after which no portion is
   *     begun
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
