package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.ServiceSpec;
import java.util.Optional;

/** Checks and applies updates of members, for every store. */
final class MemberUpdates {

  private MemberUpdates() {}

  /**
   * Refuses an update that changes nothing or contradicts itself.
   *
   * @param update the requested update
   * @throws IllegalArgumentException with a sentence that names the field and what is allowed
   */
  static void requireValid(MemberUpdate update) {
    boolean nothing =
        update.disabled().isEmpty()
            && update.disabledReason().isEmpty()
            && update.forcedDown().isEmpty()
            && update.version().isEmpty()
            && update.metadata().isEmpty();
    if (nothing) {
      throw new IllegalArgumentException(
          "nothing to change; give at least one of disabled, disabled_reason, forced_down, version,"
              + " metadata");
    }
    boolean reason = update.disabledReason().filter(text -> !text.isEmpty()).isPresent();
    if (reason && !update.disabled().orElse(false)) {
      throw new IllegalArgumentException("disabled_reason is allowed together with disabled: true");
    }
  }

  /**
   * Applies an update.
   *
   * @param old the member as it was read
   * @param update a valid update
   * @param order the order of the update among the operator's words
   * @return the changed member
   */
  static Member apply(Member old, MemberUpdate update, long order) {
    boolean disabled = update.disabled().orElse(old.disabled());
    return new Member(
        old.id(),
        old.binary(),
        old.uuid(),
        update.version().orElse(old.version()),
        update.metadata().orElse(old.metadata()),
        disabled,
        disabled ? update.disabledReason().orElse(old.disabledReason()) : null,
        update.forcedDown().orElse(old.forcedDown()),
        old.incarnation(),
        old.agent(),
        old.backends(),
        null,
        order);
  }

  /**
   * Returns the update that turns one configuration of a service into another, in the same
   * incarnation.
   */
  static MemberUpdate difference(ServiceSpec before, ServiceSpec after) {
    return new MemberUpdate(
        after.id(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        before.version() == after.version() ? Optional.empty() : Optional.of(after.version()),
        before.metadata().equals(after.metadata())
            ? Optional.empty()
            : Optional.of(after.metadata()));
  }

  /**
   * Describes an update for the log.
   *
   * @param update the update
   * @return the changes, without the metadata's content
   */
  static String describe(MemberUpdate update) {
    StringBuilder text = new StringBuilder();
    update.disabled().ifPresent(value -> text.append(" disabled=").append(value));
    update
        .disabledReason()
        .ifPresent(value -> text.append(" disabled_reason=\"").append(value).append('"'));
    update.forcedDown().ifPresent(value -> text.append(" forced_down=").append(value));
    update.version().ifPresent(value -> text.append(" version=").append(value));
    update.metadata().ifPresent(value -> text.append(" metadata"));
    return text.toString().strip();
  }
}
