package io.servicegroup.detect;

import io.servicegroup.detect.Writers.Share;
import io.servicegroup.model.BackendState.MassSilence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Withholds verdicts where too many writers fell silent together: more than a share of those in
 * sight, or of those with members of the same timeout, so that a fast group is not judged by the
 * slow ones that nobody expected to hear yet.
 *
 * <p>Those whose time is over within the spread of one beat make a wave, which is held once and for
 * {@code hold} from its first; a second wave does not prolong the first. When the share does not
 * hold any more, the rest of those who fell silent together has that spread to be heard as well.
 */
final class MassSilenceHold {

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final EvaluatorSettings settings;
  private final Writers writers;
  private final SilenceQueue<Testimony> withheld = new SilenceQueue<>(Long.MAX_VALUE);
  private final long[] heldTrueAt;
  private Share[] shares;
  private long waveSince;
  private MassSilence shown;

  MassSilenceHold(EvaluatorSettings settings, Timeouts timeouts, Writers writers) {
    this.settings = settings;
    this.writers = writers;
    this.heldTrueAt = new long[timeouts.size() + 1];
    Arrays.fill(heldTrueAt, NEVER);
  }

  /** Whether there is anybody whose verdict is withheld. */
  boolean isHolding() {
    return withheld.size() > 0;
  }

  /** What is being held, or null. */
  MassSilence shown() {
    return isHolding() ? shown : null;
  }

  /** Takes stock, before anybody is judged; costs as much as are silent. */
  void takeStock(long clock) {
    if (settings.massShare() >= 1 || settings.massHold() == 0) {
      return;
    }
    shares = writers.census(clock);
    for (int i = 0; i < shares.length; i++) {
      if (isTooMany(shares[i])) {
        heldTrueAt[i] = clock;
      }
    }
  }

  private boolean isTooMany(Share share) {
    return share.lost() >= settings.massMinWriters()
        && share.lost() > settings.massShare() * share.writers();
  }

  /**
   * Those whose verdict is not withheld any longer, after taking stock.
   *
   * @param overstayed who may not be withheld, whatever the share
   */
  List<Testimony> released(long clock, Predicate<Testimony> overstayed) {
    List<Testimony> released = new ArrayList<>();
    withheld.forEach(
        testimony -> {
          boolean over = clock - testimony.heardAt() >= settings.massHold();
          if (over || overstayed.test(testimony) || !holds(testimony, clock)) {
            released.add(testimony);
          }
        });
    return released;
  }

  /** Withholds the verdict on one that is accused, where the share holds; after taking stock. */
  boolean withholds(Testimony testimony, long clock) {
    if (testimony.writer == null
        || !holds(testimony, clock)
        || !writers.isLost(testimony.writer, clock)) {
      return false;
    }
    if (!isHolding() || clock - waveSince > spread()) {
      waveSince = clock;
      shown = figures(testimony);
    }
    withheld.heard(testimony, waveSince);
    return true;
  }

  /** After everybody was judged: what was true of those who are not withheld is forgotten. */
  void settle() {
    if (!isHolding()) {
      Arrays.fill(heldTrueAt, NEVER);
    }
  }

  /** Gives up, and names those who were withheld, in their order. */
  List<Testimony> abandon() {
    List<Testimony> all = new ArrayList<>();
    withheld.forEach(all::add);
    Arrays.fill(heldTrueAt, NEVER);
    return all;
  }

  private boolean holds(Testimony testimony, long clock) {
    int timeout = testimony.tracked.timeout;
    return clock - Math.max(heldTrueAt[timeout], heldTrueAt[heldTrueAt.length - 1]) <= spread();
  }

  /** All are shown where the share holds of all, otherwise those of the same timeout. */
  private MassSilence figures(Testimony testimony) {
    Share all = shares[shares.length - 1];
    Share share = isTooMany(all) ? all : shares[testimony.tracked.timeout];
    return new MassSilence(share.lost(), share.writers(), settings.massHold());
  }

  /** Within which writers that were silenced together are last heard, and are heard again. */
  private long spread() {
    return settings.reportInterval() + settings.pollInterval();
  }
}
