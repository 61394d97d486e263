package io.servicegroup.detect;

import io.servicegroup.detect.Census.Share;
import io.servicegroup.model.BackendState.MassSilence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Withholds verdicts where too many writers fell silent together, which points at a fault between
 * the writers and the backend. Too many are more than a share of the writers in sight, or of those
 * with members of the same timeout: the second share keeps a group with a short timeout from being
 * judged together with slow writers that are not overdue yet.
 *
 * <p>Members whose timeouts pass within the {@link #spread} of one beat form a wave. The verdicts
 * on a wave are withheld once, for {@code mass_silence.hold} from its first member; a second wave
 * does not prolong the first. When the silent writers are no longer too many, the remaining members
 * of the wave have one more spread in which to be heard.
 */
final class WithheldVerdicts {

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final EvaluatorSettings settings;
  private final ObservedWriters writers;
  private final SilenceQueue<Evidence> withheld = new SilenceQueue<>(Long.MAX_VALUE);

  /** When there were too many lost writers of each timeout, by the timeout's index. */
  private final long[] tooManyAt;

  /** When there were too many lost writers among all of them. */
  private long tooManyOfAllAt;

  private Census census;
  private long waveSince;
  private MassSilence shown;

  WithheldVerdicts(EvaluatorSettings settings, Timeouts timeouts, ObservedWriters writers) {
    this.settings = settings;
    this.writers = writers;
    this.tooManyAt = new long[timeouts.size()];
    forgetCounts();
  }

  /** Whether any verdict is withheld. */
  boolean isWithholding() {
    return withheld.size() > 0;
  }

  /** The mass silence for which verdicts are withheld, or null. */
  MassSilence shown() {
    return isWithholding() ? shown : null;
  }

  /** Counts the silent writers, before any member is judged; the cost grows with their number. */
  void takeStock(long clock) {
    if (settings.massShare() >= 1 || settings.massHold() == 0) {
      return;
    }
    census = writers.census(clock);
    tooManyOfAllAt = isTooMany(census.all()) ? clock : tooManyOfAllAt;
    for (int i = 0; i < tooManyAt.length; i++) {
      tooManyAt[i] = isTooMany(census.of(i)) ? clock : tooManyAt[i];
    }
  }

  private boolean isTooMany(Share share) {
    return share.lost() >= settings.massMinWriters()
        && share.lost() > settings.massShare() * share.writers();
  }

  /**
   * Lists the members whose verdict is no longer withheld; called after {@link #takeStock}.
   *
   * @param overstayed tells of a member whether its verdict may not be withheld any longer
   */
  List<Evidence> released(long clock, Predicate<Evidence> overstayed) {
    List<Evidence> released = new ArrayList<>();
    withheld.forEach(
        evidence -> {
          boolean over = clock - evidence.heardAt() >= settings.massHold();
          if (over || overstayed.test(evidence) || !tooManyAreLost(evidence, clock)) {
            released.add(evidence);
          }
        });
    return released;
  }

  /**
   * Withholds the verdict on an accused member where too many writers are silent; called after
   * {@link #takeStock}.
   */
  boolean withholds(Evidence evidence, long clock) {
    if (evidence.writer == null
        || !tooManyAreLost(evidence, clock)
        || !writers.isLost(evidence.writer, clock)) {
      return false;
    }
    if (!isWithholding() || clock - waveSince > spread()) {
      waveSince = clock;
      shown = figures(evidence);
    }
    withheld.heard(evidence, waveSince);
    return true;
  }

  /**
   * Called after all members were judged: where no verdict is withheld, former counts are
   * forgotten.
   */
  void settle() {
    if (!isWithholding()) {
      forgetCounts();
    }
  }

  /**
   * Withholds nothing any longer, and lists the members whose verdicts were withheld, in their
   * order.
   */
  List<Evidence> abandon() {
    List<Evidence> all = new ArrayList<>();
    withheld.forEach(all::add);
    forgetCounts();
    return all;
  }

  private void forgetCounts() {
    Arrays.fill(tooManyAt, NEVER);
    tooManyOfAllAt = NEVER;
  }

  /** Whether too many writers were lost lately, of all or of those with the same timeout. */
  private boolean tooManyAreLost(Evidence evidence, long clock) {
    long lastTime = Math.max(tooManyAt[evidence.tracked.timeout], tooManyOfAllAt);
    return clock - lastTime <= spread();
  }

  /**
   * The figures to show: those of all writers where all are too many, otherwise those of the
   * writers with the same timeout.
   */
  private MassSilence figures(Evidence evidence) {
    Share all = census.all();
    Share share = isTooMany(all) ? all : census.of(evidence.tracked.timeout);
    return new MassSilence(share.lost(), share.writers(), settings.massHold());
  }

  /**
   * The time within which writers that fell silent together were last heard, and within which they
   * are heard again after they return.
   */
  private long spread() {
    return settings.reportInterval() + settings.pollInterval();
  }
}
